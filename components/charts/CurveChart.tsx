'use client'
import { type PointerEvent, useRef } from 'react'
import { cn } from '@/components/ui/cn.ts'
import { safe, text } from '@/lib/format/format.ts'
import { valueText } from './axisText.ts'
import { type Curve, type CurveScale, curvePath, curveScale } from './curveScale.ts'
import { labelPx } from './labels.ts'
import { useWidth } from './useWidth.ts'

type Props = {
  /** What it shows, in a sentence with its numbers: the picture itself is not read out. */
  label: string
  curves: readonly Curve[]
  /** The sizes of the axis, and whether they are bytes. */
  low: number
  high: number
  unit: 'bytes' | 'count'
  /** The size that is looked at, with a dot on each curve where its value is known. */
  mark: { size: number; dots: readonly { value: number; colour: string }[] }
  /** A live cache as it is now: what was measured, and what the model says of the same size. */
  present?: { size: number; measured: number; model: number }
  onMark: (size: number) => void
  height?: number
  /** What is shown is the answer to an older question. */
  stale?: boolean
}

/** Hit ratio over the size of a cache: curves with their bands, the present point and the marked size. A press or a drag marks another. */
export function CurveChart({ label, curves, low, high, unit, mark, present, onMark, height = 300, stale }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const scale = curveScale({ low, high, binary: unit === 'bytes', width, height })
  const pointed = (event: PointerEvent<HTMLElement>) =>
    onMark(scale.sizeAt(event.clientX - event.currentTarget.getBoundingClientRect().left))
  return (
    <div
      ref={box}
      role="img"
      aria-label={label}
      style={{ height }}
      className="relative cursor-crosshair touch-pan-y select-none text-[11px]"
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        pointed(event)
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && pointed(event)}
    >
      {width > 0 && (
        <svg aria-hidden="true" width={width} height={height} className={cn('absolute inset-0 transition-opacity', stale && 'opacity-60')}>
          <Axes scale={scale} unit={unit} />
          {curves.map((curve) => (
            <CurveLine key={curve.name} curve={curve} scale={scale} />
          ))}
          <Marked scale={scale} mark={mark} unit={unit} />
          {present && <Present scale={scale} {...present} />}
        </svg>
      )}
    </div>
  )
}

function CurveLine({ curve, scale }: { curve: Curve; scale: CurveScale }) {
  const { line, band } = curvePath(curve.points, scale)
  return (
    <g>
      <path d={band} fill={curve.colour} fillOpacity={0.16} />
      <path
        d={line}
        fill="none"
        stroke={curve.colour}
        strokeWidth={1.75}
        strokeLinejoin="round"
        strokeDasharray={curve.dashed ? '5 3' : undefined}
      />
    </g>
  )
}

function Axes({ scale: { x, y, left, right, bottom, sizes, ratios }, unit }: { scale: CurveScale; unit: Props['unit'] }) {
  return (
    <g fill="var(--dim)">
      {ratios.map((ratio) => (
        <g key={ratio}>
          <path d={`M${left} ${Math.round(y(ratio)) + 0.5}H${right}`} stroke={ratio === 0 ? 'var(--line-strong)' : 'var(--line)'} />
          <text x={left - 6} y={y(ratio)} dy="0.35em" textAnchor="end">
            {valueText(ratio, 'ratio')}
          </text>
        </g>
      ))}
      {sizes.map((size) => (
        <g key={size}>
          <path d={`M${x(size)} ${bottom}v4`} stroke="var(--line-strong)" />
          <text x={x(size)} y={bottom + 15} textAnchor={x(size) < left + 16 ? 'start' : x(size) > right - 24 ? 'end' : 'middle'}>
            {text(size, unit)}
          </text>
        </g>
      ))}
    </g>
  )
}

const overLine = { paintOrder: 'stroke', stroke: 'var(--surface)', strokeWidth: 3, strokeLinejoin: 'round' } as const

/** The size that is looked at: a line upwards, and a dot on each curve. */
function Marked({ scale, mark, unit }: { scale: CurveScale; mark: Props['mark']; unit: Props['unit'] }) {
  const at = scale.x(mark.size)
  if (at < scale.left - 1 || at > scale.right + 1) return null
  const words = text(mark.size, unit)
  const isLeft = at + 6 + labelPx(words) > scale.right
  return (
    <g>
      <path d={`M${at} ${scale.top}V${scale.bottom}`} stroke="var(--accent)" strokeWidth={1.5} />
      {mark.dots.map(({ value, colour }) => (
        <circle key={colour} cx={at} cy={scale.y(value)} r={4} fill={colour} stroke="var(--surface)" strokeWidth={1.5} />
      ))}
      <text x={at + (isLeft ? -6 : 6)} y={scale.bottom - 8} textAnchor={isLeft ? 'end' : 'start'} fill="var(--accent)" {...overLine}>
        {words}
      </text>
    </g>
  )
}

/** The live cache: measured filled, the model's word of the same cache hollow. */
function Present({ scale, size, measured, model }: NonNullable<Props['present']> & { scale: CurveScale }) {
  const at = scale.x(size)
  const words = safe(`now, measured ${text(measured, 'ratio')}`)
  const isLeft = at + 10 + labelPx(words) > scale.right
  // A curve rises: what stands below it on its right, or above it on its left, is not crossed by it.
  const y = scale.y(measured) + (isLeft ? -8 : 16)
  return (
    <g>
      <path d={`M${at} ${scale.top}V${scale.bottom}`} stroke="var(--dim)" strokeDasharray="1 3" />
      <circle cx={at} cy={scale.y(model)} r={4.5} fill="var(--surface)" stroke="var(--text)" strokeWidth={1.5} />
      <circle cx={at} cy={scale.y(measured)} r={4} fill="var(--text)" />
      <text
        x={at + (isLeft ? -10 : 10)}
        y={Math.min(scale.bottom - 18, Math.max(scale.top + 10, y))}
        textAnchor={isLeft ? 'end' : 'start'}
        fill="var(--text)"
        {...overLine}
      >
        {words}
      </text>
    </g>
  )
}
