'use client'
import { useId, useRef } from 'react'
import { timeText, valueText } from './axisText.ts'
import { Crosshair } from './Crosshair.tsx'
import type { Band, ChartContent, DrawnSeries, Level } from './chart.ts'
import { labelPx, levelLabelPlace } from './labels.ts'
import { LABEL_PX, type Mark, markInk, markLine, marksOf } from './marks.ts'
import { linePath, type Scale, scaleOf } from './scale.ts'
import { useWidth } from './useWidth.ts'

export type PlotProps = ChartContent & {
  series: readonly DrawnSeries[]
  height: number
  /** Charts of one page share a crosshair by sharing this. */
  group?: string
  /** After dragging over a stretch of time. */
  onZoom?: (from: number, to: number) => void
}

/** The lines of a chart as plain SVG: a redraw sets one attribute a line, which eight charts can afford every two seconds. */
export function Plot({ series, height, group, onZoom, ...content }: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const own = useId()
  const scale = scaleOf(content, { width, height, series })
  const { from, to, bands, threshold, baseline, annotations = [] } = content
  const marks = marksOf(annotations, from, to)
  return (
    <div ref={box} style={{ height }} className="relative select-none text-[11px]">
      {width > 0 && (
        <>
          <svg data-plot aria-hidden="true" width={width} height={height} className="absolute inset-0 overflow-hidden">
            <clipPath id={`${own}lines`}>
              <rect x={scale.left} y={0} width={scale.right - scale.left} height={scale.bottom + 1} />
            </clipPath>
            <Axes scale={scale} content={content} />
            <Bands scale={scale} bands={bands} hatch={`${own}hatch`} />
            <LevelLine scale={scale} level={threshold} warns />
            <LevelLine scale={scale} level={baseline} />
            {marks.map((mark, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two changes may be of one moment
              <path key={at} d={`M${scale.x(mark.at)} ${scale.top}V${scale.bottom}`} {...markLine(mark)} />
            ))}
            <g clipPath={`url(#${own}lines)`} fill="none" strokeLinejoin="round">
              {series.map((one) => (
                <SeriesLine key={one.id} one={one} scale={scale} stepMs={content.stepMs} />
              ))}
            </g>
            {/* Labels lie over the lines, each with an edge in the colour of the page, so that they can be read there. */}
            <g paintOrder="stroke" stroke="var(--surface)" strokeWidth={3} strokeLinejoin="round">
              <BandLabels scale={scale} bands={bands} />
              {marks.map((mark, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <MarkLabel key={at} scale={scale} mark={mark} />
              ))}
              <LevelLabel scale={scale} series={series} level={threshold} warns />
              <LevelLabel scale={scale} series={series} level={baseline} />
            </g>
          </svg>
          <Crosshair {...content} series={series} scale={scale} width={width} height={height} group={group ?? own} onZoom={onZoom} />
        </>
      )}
    </div>
  )
}

function SeriesLine({ one, scale, stepMs }: { one: DrawnSeries; scale: Scale; stepMs?: number }) {
  const { d, dots } = linePath(one.points, scale, stepMs)
  return (
    <g stroke={one.colour} strokeOpacity={one.dashed ? 0.7 : 1}>
      <path d={d} strokeWidth={one.dashed ? 1.25 : 1.5} strokeDasharray={one.dashed ? '4 3' : undefined} />
      {dots.map(([cx, cy]) => (
        <circle key={cx} cx={cx} cy={cy} r={1.8} fill={one.colour} stroke="none" />
      ))}
    </g>
  )
}

function Axes({ scale, content: { from, to, unit } }: { scale: Scale; content: ChartContent }) {
  const { left, right, bottom, x, y } = scale
  return (
    <g fill="var(--dim)">
      {scale.values.map((value) => (
        <g key={value}>
          <path d={`M${left} ${Math.round(y(value)) + 0.5}H${right}`} stroke="var(--line)" />
          <text x={left - 6} y={y(value)} dy="0.35em" textAnchor="end">
            {valueText(value, unit)}
          </text>
        </g>
      ))}
      <path d={`M${left} ${Math.round(bottom) + 0.5}H${right}`} stroke="var(--line-strong)" />
      {scale.times.map((ms) => (
        <text key={ms} x={x(ms)} y={bottom + 14} textAnchor={x(ms) < left + 16 ? 'start' : x(ms) > right - 16 ? 'end' : 'middle'}>
          {timeText(ms, to - from)}
        </text>
      ))}
    </g>
  )
}

/** The line of a threshold or a baseline, across the plot. */
function LevelLine({ scale: { left, right, y }, level, warns }: { scale: Scale; level?: Level; warns?: boolean }) {
  if (!level) return null
  const at = y(level.value)
  return <path d={`M${left} ${at}H${right}`} stroke={warns ? 'var(--warning)' : 'var(--dim)'} strokeDasharray={warns ? '4 3' : '1 3'} />
}

function LevelLabel({
  scale,
  series,
  level,
  warns = false,
}: {
  scale: Scale
  series: PlotProps['series']
  level?: Level
  warns?: boolean
}) {
  if (!level) return null
  const { x, y, anchor } = levelLabelPlace({ ...level, above: warns }, scale, series)
  return (
    <text x={x} y={y} textAnchor={anchor} fill={warns ? 'var(--warning-text)' : 'var(--dim)'}>
      {level.label}
    </text>
  )
}

/** The part of a band that is inside the range, px; null where none is. */
function bandBox({ x, y, left, right }: Scale, band: Band) {
  const [from, to] = [Math.max(left, x(band.from)), Math.min(right, x(band.to))]
  const top = y(band.high)
  return to > from ? { from, to, top, height: Math.max(1, y(band.low) - top) } : null
}

function Bands({ scale, bands = [], hatch }: { scale: Scale; bands: ChartContent['bands']; hatch: string }) {
  if (bands.length === 0) return null
  return (
    <g>
      <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M0 0v6" stroke="var(--change)" strokeWidth="1.5" opacity=".5" />
      </pattern>
      {bands.map((band) => {
        const box = bandBox(scale, band)
        return (
          box && (
            <rect
              key={`${band.from}${band.label}`}
              x={box.from}
              y={box.top}
              width={box.to - box.from}
              height={box.height}
              fill={`url(#${hatch})`}
              stroke="var(--change)"
              strokeOpacity={0.5}
            />
          )
        )
      })}
    </g>
  )
}

/** A band's label stands at its left end; where the plot ends too soon for it, at its right. */
function BandLabels({ scale, bands = [] }: { scale: Scale; bands: ChartContent['bands'] }) {
  return bands.map((band) => {
    const box = bandBox(scale, band)
    if (!box) return null
    const fits = box.from + 5 + labelPx(band.label) <= scale.right
    return (
      <text
        key={`${band.from}${band.label}`}
        x={fits ? box.from + 5 : box.to - 5}
        y={box.top + 13}
        textAnchor={fits ? 'start' : 'end'}
        fill="var(--change-text)"
      >
        {band.label}
      </text>
    )
  })
}

function MarkLabel({ scale: { x, top }, mark }: { scale: Scale; mark: Mark }) {
  if (!mark.text) return null
  return (
    <text
      x={x(mark.at) + (mark.leftOfLine ? -5 : 5)}
      y={top + 11 + LABEL_PX * mark.row}
      textAnchor={mark.leftOfLine ? 'end' : 'start'}
      fill={markInk(mark)}
    >
      {mark.text}
    </text>
  )
}
