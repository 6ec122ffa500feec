'use client'
import { useId } from 'react'
import { Brush, CartesianGrid, Line, LineChart, ReferenceArea, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { timeText, valueText } from './axisText.ts'
import type { ChartContent, DrawnSeries } from './chart.ts'
import { type ChartRow, isLone } from './geometry.ts'
import { markInk, markLine, marksOf } from './marks.ts'
import { Reading } from './Reading.tsx'
import { valuesOf } from './scale.ts'

const HEIGHT = 460
const tick = { fill: 'var(--dim)', fontSize: 11 }

/**
 * A chart over the whole width with a brush below it, by recharts. It is loaded when somebody asks for it: recharts weighs as much as the
 * rest of a page, and a redraw of one of its charts takes 15 ms.
 */
export function BigChart({ series, rows, ...content }: ChartContent & { series: readonly DrawnSeries[]; rows: ChartRow[] }) {
  const { title, unit, from, to, threshold, baseline, annotations = [], bands = [] } = content
  const hatch = useId()
  const values = valuesOf(content, series, HEIGHT)
  return (
    <div style={{ height: HEIGHT }} className="select-none text-xs">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={rows} margin={{ top: 6, right: 8, bottom: 0, left: 0 }} title={title}>
          <defs>
            <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <path d="M0 0v6" stroke="var(--change)" strokeWidth="1.5" opacity=".5" />
            </pattern>
          </defs>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="t"
            type="number"
            scale="time"
            domain={['dataMin', 'dataMax']}
            tickFormatter={(ms: number) => timeText(ms, to - from)}
            stroke="var(--line-strong)"
            tick={tick}
            tickLine={false}
            height={20}
            minTickGap={48}
          />
          <YAxis
            width={52}
            domain={[values[0]!, values.at(-1)!]}
            ticks={values}
            tickFormatter={(value: number) => valueText(value, unit)}
            stroke="none"
            tick={tick}
            tickLine={false}
            interval={0}
          />
          <Bands bands={bands} hatch={hatch} />
          <Levels threshold={threshold} baseline={baseline} />
          <Marks annotations={annotations} from={from} to={to} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            content={({ active, label }) => {
              const row = active ? rows.find(({ t }) => t === Number(label)) : undefined
              return row ? <Reading row={row} series={series} unit={unit} /> : null
            }}
          />
          {series.map((one) => (
            <Line key={one.id} {...lineOf(one)} dot={loneDot(rows, one)} />
          ))}
          <Brush
            dataKey="t"
            height={28}
            travellerWidth={10}
            stroke="var(--line-strong)"
            fill="var(--sunken)"
            ariaLabel="The stretch of time that is shown"
            tickFormatter={(ms: number) => timeText(ms, to - from)}
          />
        </LineChart>
      </ResponsiveContainer>
    </div>
  )
}

/** Predicted bands of a change, hatched. */
function Bands({ bands, hatch }: { bands: NonNullable<ChartContent['bands']>; hatch: string }) {
  return bands.map((band) => (
    <ReferenceArea
      key={`${band.from}${band.label}`}
      x1={band.from}
      x2={band.to}
      y1={band.low}
      y2={band.high}
      fill={`url(#${hatch})`}
      fillOpacity={1}
      stroke="var(--change)"
      strokeOpacity={0.5}
      ifOverflow="hidden"
      label={{ value: band.label, position: 'insideTopLeft', fill: 'var(--change-text)', fontSize: 11 }}
    />
  ))
}

/** The threshold and the baseline as lines across. */
function Levels({ threshold, baseline }: Pick<ChartContent, 'threshold' | 'baseline'>) {
  return (
    <>
      {threshold && (
        <ReferenceLine
          y={threshold.value}
          stroke="var(--warning)"
          strokeDasharray="4 3"
          label={{ value: threshold.label, position: 'insideBottomRight', fill: 'var(--warning-text)', fontSize: 11 }}
        />
      )}
      {baseline && (
        <ReferenceLine
          y={baseline.value}
          stroke="var(--dim)"
          strokeDasharray="1 3"
          label={{ value: baseline.label, position: 'insideTopRight', fill: 'var(--dim)', fontSize: 11 }}
        />
      )}
    </>
  )
}

/** Changes and annotations as lines upwards. */
function Marks({ annotations = [], from, to }: Pick<ChartContent, 'annotations' | 'from' | 'to'>) {
  return marksOf(annotations, from, to).map((mark) => (
    <ReferenceLine
      key={`${mark.at}${mark.text}`}
      x={mark.at}
      {...markLine(mark)}
      ifOverflow="hidden"
      label={{
        value: mark.text,
        position: mark.leftOfLine ? 'insideTopRight' : 'insideTopLeft',
        fill: markInk(mark),
        fontSize: 11,
      }}
    />
  ))
}

const lineOf = ({ id, name, colour, dashed }: DrawnSeries) => ({
  dataKey: id,
  name,
  type: 'linear' as const,
  stroke: colour,
  strokeWidth: dashed ? 1.25 : 1.75,
  strokeOpacity: dashed ? 0.7 : 1,
  strokeDasharray: dashed ? '4 3' : undefined,
  activeDot: { r: 3, strokeWidth: 0 },
  isAnimationActive: false,
  connectNulls: false,
})

/** Draws the points that stand between two gaps, which no line can show. */
const loneDot =
  (rows: readonly ChartRow[], { id, colour }: DrawnSeries) =>
  ({ cx, cy, index }: { cx?: number; cy?: number; index: number }) =>
    cx !== undefined && typeof cy === 'number' && isLone(rows, id, index) ? (
      <circle key={index} cx={cx} cy={cy} r={2} fill={colour} />
    ) : (
      <g key={index} />
    )
