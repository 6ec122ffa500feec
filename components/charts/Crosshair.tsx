'use client'
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react'
import { cn } from '@/components/ui/cn.ts'
import type { ChartContent, DrawnSeries } from './chart.ts'
import { nearestRow, rowsOf } from './geometry.ts'
import { setMoment, useMoment } from './moment.ts'
import { Reading, readingText } from './Reading.tsx'
import type { Scale } from './scale.ts'

type Props = ChartContent & {
  series: readonly DrawnSeries[]
  scale: Scale
  width: number
  height: number
  group: string
  onZoom?: (from: number, to: number) => void
}

/** Less than this part of the range is a click, not a stretch that was chosen. */
const LEAST_ZOOM = 0.01

/** The layer over the lines that is pointed at: reads the values of a moment, and chooses a stretch of time by dragging. Arrow keys move it. */
export function Crosshair({ series, scale, width, height, group, onZoom, title, unit, from, to, stepMs }: Props) {
  const moment = useMoment(group)
  const [drag, setDrag] = useState<[from: number, to: number] | null>(null)
  const pointed = moment !== null
  const rows = useMemo(() => (pointed ? rowsOf(series, stepMs) : []), [pointed, series, stepMs])
  const row = moment === null ? null : nearestRow(rows, moment, (to - from) / 20)
  const timeOf = (event: PointerEvent<HTMLElement>) => scale.timeAt(event.clientX - event.currentTarget.getBoundingClientRect().left)
  const finish = () => {
    if (drag && onZoom && Math.abs(drag[1] - drag[0]) > (to - from) * LEAST_ZOOM) onZoom(Math.min(...drag), Math.max(...drag))
    setDrag(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = movedBy(event.key, rowsOf(series, stepMs), moment)
    if (next === undefined) return
    event.preventDefault()
    setMoment(group, next)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`Moment of ${title}`}
      aria-valuemin={from}
      aria-valuemax={to}
      aria-valuenow={row?.t ?? to}
      aria-valuetext={row ? readingText(row, series, unit) : 'none chosen'}
      className={cn('absolute inset-0 touch-pan-y', onZoom && 'cursor-crosshair')}
      onKeyDown={onKeyDown}
      onBlur={() => setMoment(group, null)}
      onPointerMove={(event) => {
        const at = timeOf(event)
        if (drag) setDrag([drag[0], at])
        else setMoment(group, at)
      }}
      onPointerDown={(event) => {
        if (!onZoom || event.button !== 0 || event.pointerType === 'touch') return
        event.currentTarget.setPointerCapture(event.pointerId)
        const at = timeOf(event)
        setDrag([at, at])
        setMoment(group, null)
      }}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => setMoment(group, null)}
    >
      <svg aria-hidden="true" width={width} height={height} className="absolute inset-0">
        {row && (
          <>
            <path d={`M${scale.x(row.t)} ${scale.top}V${scale.bottom}`} stroke="var(--line-strong)" />
            {series.map((one) => {
              const value = row[one.id] ?? null
              return value === null ? null : <circle key={one.id} cx={scale.x(row.t)} cy={scale.y(value)} r={3} fill={one.colour} />
            })}
          </>
        )}
        {drag && (
          <rect
            x={scale.x(Math.min(...drag))}
            y={scale.top}
            width={Math.abs(scale.x(drag[1]) - scale.x(drag[0]))}
            height={scale.bottom - scale.top}
            fill="var(--accent)"
            fillOpacity={0.15}
          />
        )}
      </svg>
      {row && (
        <div
          className="pointer-events-none absolute top-1 z-10"
          style={scale.x(row.t) > width / 2 ? { right: width - scale.x(row.t) + 10 } : { left: scale.x(row.t) + 10 }}
        >
          <Reading row={row} series={series} unit={unit} />
        </div>
      )}
    </div>
  )
}

/** Where a key moves the crosshair; undefined for a key that is none of its own. */
function movedBy(key: string, rows: readonly { t: number }[], moment: number | null): number | null | undefined {
  if (rows.length === 0) return undefined
  const last = rows.length - 1
  const at = moment === null ? last + 1 : rows.findIndex((row) => row.t >= moment)
  const here = at < 0 ? last : at
  switch (key) {
    case 'ArrowLeft':
      return rows[Math.max(0, here - 1)]!.t
    case 'ArrowRight':
      return rows[Math.min(last, here + 1)]!.t
    case 'Home':
      return rows[0]!.t
    case 'End':
      return rows[last]!.t
    case 'Escape':
      return moment === null ? undefined : null
    default:
      return undefined
  }
}
