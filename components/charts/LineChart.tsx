'use client'
import { Download, Table2 } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import {
  CartesianGrid,
  Line,
  LineChart as Recharts,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Menu } from '@/components/ui/menu.tsx'
import { number, safe, text, type Unit } from '@/lib/format/format.ts'
import { coloursFor } from './colour.ts'
import { download, downloadPng } from './download.ts'
import { alignSeries, type ChartPoint, type ChartRow, extent, fillBetween, labelRows, timeTicks, toCsv, valueTicks } from './geometry.ts'

/** A mark's label takes up to this part of the width, and so much height; where there are more, the line alone stands. */
const LABEL_SPAN = 0.4
const LABEL_PX = 13
const LABEL_ROWS = 5

export type ChartSeries = { name: string; points: readonly ChartPoint[]; colour?: string; dashed?: boolean }
/** A moment when something was done: a violet line. */
export type Annotation = { at: number; label: string }
/** What a change predicts: hatched from `from` to `to` between `low` and `high`. */
export type Band = { from: number; to: number; low: number; high: number; label: string }

export type LineChartProps = {
  title: string
  unit: Unit
  series: readonly ChartSeries[]
  /** Epoch ms: the page's range, whether there is data or not. */
  from: number
  to: number
  stepMs?: number
  threshold?: { value: number; label: string }
  baseline?: { value: number; label: string }
  annotations?: readonly Annotation[]
  bands?: readonly Band[]
  /** False: the axis need not begin at zero. */
  fromZero?: boolean
  height?: number
  /** Charts of one page share a crosshair by sharing this. */
  syncId?: string
  /** After dragging over a stretch of time. */
  onZoom?: (from: number, to: number) => void
  /** Why there is nothing to draw. */
  empty?: string
  note?: string
  className?: string
}

/** Lines over time: gaps stay gaps, units on the axis, threshold and baseline drawn, readable as a table (`t`), downloadable. */
export function LineChart(props: LineChartProps) {
  const { title, unit, series, from, to, stepMs, height = 180, empty, note, className } = props
  const [asTable, setAsTable] = useState(false)
  const [alone, setAlone] = useState<string | null>(null)
  const box = useRef<HTMLElement>(null)
  const named = useMemo(() => {
    const colours = coloursFor(series.map((one) => one.name))
    return series.map((one, at) => ({ ...one, id: `s${at}`, colour: one.colour ?? colours[at]! }))
  }, [series])
  const rows = useMemo(() => {
    const ids = named.map((one) => one.id)
    return fillBetween(alignSeries(named, stepMs), ids)
  }, [named, stepMs])
  const visible = alone && named.some((one) => one.name === alone) ? named.filter((one) => one.name === alone) : named
  const bounds = extent(named)

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 't' || event.metaKey || event.ctrlKey || event.altKey || typingText(event)) return
      const mine = box.current
      // The chart under the pointer or the focus; without one, all of the page.
      const chosen = document.querySelector('[data-chart]:hover, [data-chart]:focus-within')
      if (!chosen || chosen === mine) setAsTable((now) => !now)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const columns = named.map(({ id, name }) => ({ id, name }))
  return (
    <figure ref={box} data-chart aria-label={title} className={cn('group/chart min-w-0', className)}>
      <figcaption className="flex min-h-7 items-center gap-2">
        <span className="truncate font-medium text-sm">{title}</span>
        {note && <span className="truncate text-dim text-xs">{note}</span>}
        <span className="ml-auto flex opacity-0 transition-opacity focus-within:opacity-100 group-focus-within/chart:opacity-100 group-hover/chart:opacity-100 max-sm:hidden">
          <Button
            look="ghost"
            size="icon"
            aria-label="Read as a table"
            aria-pressed={asTable}
            hint="As a table (t)"
            onClick={() => setAsTable(!asTable)}
          >
            <Table2 size={14} aria-hidden />
          </Button>
          <Menu
            items={[
              { label: 'CSV', onSelect: () => download(`${title}.csv`, 'text/csv', toCsv(rows, columns)) },
              {
                label: 'PNG',
                onSelect: () => void downloadPng(`${title}.png`, box.current?.querySelector('svg.recharts-surface') ?? null),
              },
            ]}
          >
            <Button look="ghost" size="icon" aria-label="Download">
              <Download size={14} aria-hidden />
            </Button>
          </Menu>
        </span>
      </figcaption>
      {!bounds ? (
        <div style={{ height }} className="grid place-items-center rounded border border-line border-dashed text-center text-dim text-sm">
          {empty ?? 'Nothing measured in this stretch of time.'}
        </div>
      ) : asTable ? (
        <DataTable rows={rows} columns={columns} unit={unit} title={title} height={height} />
      ) : (
        <Plot {...props} named={visible} rows={rows} bounds={extent(visible) ?? bounds} height={height} from={from} to={to} />
      )}
      {named.length > 1 && (
        <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 pl-12 text-xs max-sm:pl-0">
          {named.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                aria-pressed={alone === one.name}
                onClick={() => setAlone(alone === one.name ? null : one.name)}
                className={cn('flex items-center gap-1.5 text-dim hover:text-text', alone && alone !== one.name && 'opacity-50')}
              >
                <svg aria-hidden="true" width="12" height="4">
                  <path d="M0 2h12" stroke={one.colour} strokeWidth="2" strokeDasharray={one.dashed ? '3 2' : undefined} />
                </svg>
                {safe(one.name, 60)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </figure>
  )
}

/** `t` works inside sheets too, but not while a text is being typed. */
const typingText = (event: KeyboardEvent) => Boolean((event.target as HTMLElement | null)?.closest?.('input, textarea, select'))

type Named = ChartSeries & { id: string; colour: string }

function Plot(props: LineChartProps & { named: Named[]; rows: ChartRow[]; bounds: [number, number]; height: number }) {
  const {
    named,
    rows,
    bounds,
    unit,
    from,
    to,
    threshold,
    baseline,
    annotations = [],
    bands = [],
    fromZero = true,
    height,
    syncId,
    onZoom,
    title,
  } = props
  const hatch = useId()
  const [drag, setDrag] = useState<[number, number] | null>(null)
  const beside = [threshold?.value, baseline?.value, ...bands.flatMap((band) => [band.low, band.high])].filter(
    (v): v is number => v !== undefined,
  )
  const low = Math.min(bounds[0], ...beside)
  const high = Math.max(bounds[1], ...beside)
  // A ratio near one is read against one; nothing at all against one percent.
  const top = unit !== 'ratio' ? high : high > 0.6 && high <= 1 && fromZero ? 1 : Math.max(high, 0.01)
  const ticks = valueTicks(fromZero ? Math.min(0, low) : low, top, height < 160 ? 3 : 4, unit === 'bytes')
  const offset = -new Date(to).getTimezoneOffset() * 60_000
  const finish = () => {
    if (drag && onZoom && Math.abs(drag[1] - drag[0]) > (to - from) / 100) onZoom(Math.min(...drag), Math.max(...drag))
    setDrag(null)
  }
  const marks = annotations.filter((one) => one.at >= from && one.at <= to).sort((a, b) => a.at - b.at)
  const rowOf = labelRows(
    marks.map((one) => one.at),
    (to - from) * LABEL_SPAN,
  )
  const label = (state: { activeLabel?: string | number }) => (state.activeLabel === undefined ? null : Number(state.activeLabel))
  return (
    <div style={{ height }} className={cn('select-none text-xs', onZoom && 'cursor-crosshair')}>
      <ResponsiveContainer width="100%" height="100%">
        <Recharts
          data={rows}
          syncId={syncId}
          syncMethod="value"
          margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
          title={title}
          onMouseDown={(state) => {
            const at = label(state)
            if (at !== null) setDrag([at, at])
          }}
          onMouseMove={(state) => {
            const at = label(state)
            if (drag && at !== null) setDrag([drag[0], at])
          }}
          onMouseUp={finish}
          onMouseLeave={() => setDrag(null)}
        >
          <defs>
            <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <path d="M0 0v6" stroke="var(--change)" strokeWidth="1.5" opacity=".5" />
            </pattern>
          </defs>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="t"
            type="number"
            domain={[from, to]}
            allowDataOverflow
            ticks={timeTicks(from, to, 6, offset)}
            tickFormatter={(t: number) => sayTick(t, to - from)}
            stroke="var(--line-strong)"
            tick={{ fill: 'var(--dim)', fontSize: 11 }}
            tickLine={false}
            height={20}
            minTickGap={24}
          />
          <YAxis
            width={52}
            domain={[ticks[0]!, ticks.at(-1)!]}
            ticks={ticks}
            tickFormatter={(v: number) => (unit === 'ratio' ? `${number(v * 100)} %` : text(v, unit))}
            stroke="none"
            tick={{ fill: 'var(--dim)', fontSize: 11 }}
            tickLine={false}
            interval={0}
          />
          {bands.map((band) => (
            <ReferenceArea
              key={`${band.from}${band.label}`}
              x1={Math.max(from, band.from)}
              x2={Math.min(to, band.to)}
              y1={band.low}
              y2={band.high}
              fill={`url(#${hatch})`}
              fillOpacity={1}
              stroke="var(--change)"
              strokeOpacity={0.5}
              ifOverflow="hidden"
              label={{ value: band.label, position: 'insideTopLeft', fill: 'var(--change-text)', fontSize: 11 }}
            />
          ))}
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
          {marks.map((one, i) => (
            <ReferenceLine
              key={`${one.at}${one.label}`}
              x={one.at}
              stroke="var(--change)"
              strokeWidth={1.5}
              label={{
                value: rowOf[i]! < LABEL_ROWS ? safe(one.label, 40) : '',
                // Written to the side that has room.
                position: one.at - from > (to - from) * 0.6 ? 'insideTopRight' : 'insideTopLeft',
                fill: 'var(--change-text)',
                fontSize: 11,
                offset: 5 + LABEL_PX * rowOf[i]!,
              }}
            />
          ))}
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            content={({ active, label: at }) =>
              active && at !== undefined && !drag ? <Reading at={Number(at)} rows={rows} named={named} unit={unit} /> : null
            }
          />
          {named.map((one) => (
            <Line
              key={one.id}
              dataKey={one.id}
              name={one.name}
              type="linear"
              stroke={one.colour}
              strokeWidth={one.dashed ? 1.25 : 1.5}
              strokeOpacity={one.dashed ? 0.7 : 1}
              strokeDasharray={one.dashed ? '4 3' : undefined}
              dot={lonely(rows, one.id) ? LoneDot : false}
              activeDot={{ r: 3, strokeWidth: 0 }}
              isAnimationActive={false}
              connectNulls={false}
            />
          ))}
          {drag && <ReferenceArea x1={Math.min(...drag)} x2={Math.max(...drag)} fill="var(--accent)" fillOpacity={0.15} />}
        </Recharts>
      </ResponsiveContainer>
    </div>
  )
}

/** True when a point stands between two gaps: a line cannot show it. */
function lonely(rows: readonly ChartRow[], id: string): boolean {
  return rows.some((row, i) => row[id] !== null && (rows[i - 1]?.[id] ?? null) === null && (rows[i + 1]?.[id] ?? null) === null)
}
function LoneDot({
  cx,
  cy,
  stroke,
  index,
  points,
}: {
  cx?: number
  cy?: number
  stroke?: string
  index?: number
  points?: readonly { y?: number | null }[]
}) {
  const has = (at: number) => typeof points?.[at]?.y === 'number'
  if (cx === undefined || typeof cy !== 'number' || index === undefined || has(index - 1) || has(index + 1)) return <g key={index} />
  return <circle key={index} cx={cx} cy={cy} r={1.8} fill={stroke} />
}

/** The values under the crosshair, greatest first. */
function Reading({ at, rows, named, unit }: { at: number; rows: ChartRow[]; named: Named[]; unit: Unit }) {
  const row = rows.find((one) => one.t === at)
  if (!row) return null
  const values = named
    .map((one) => ({ one, value: row[one.id] ?? null }))
    .sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY))
  return (
    <div className="min-w-36 rounded bg-raised px-2.5 py-1.5 text-xs shadow-float">
      <p className="text-dim tabular">
        {new Date(at).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' })}
      </p>
      <table className="w-full">
        <tbody>
          {values.slice(0, 12).map(({ one, value }) => (
            <tr key={one.id}>
              <th scope="row" className="max-w-52 truncate pr-3 text-left font-normal">
                <span aria-hidden className="mr-1.5 inline-block h-0.5 w-2.5 align-middle" style={{ background: one.colour }} />
                {safe(one.name, 60)}
              </th>
              <td className="num">{value === null ? 'gap' : text(value, unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DataTable({
  rows,
  columns,
  unit,
  title,
  height,
}: {
  rows: ChartRow[]
  columns: { id: string; name: string }[]
  unit: Unit
  title: string
  height: number
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div style={{ height }} className="overflow-auto rounded border border-line" tabIndex={0}>
      <table aria-label={title} className="w-full text-xs">
        <thead className="sticky top-0 bg-surface text-dim">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-normal">
              Time
            </th>
            {columns.map((column) => (
              <th key={column.id} scope="col" className="px-2 py-1 text-right font-normal">
                {safe(column.name, 60)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.t} className="border-line border-t">
              <th scope="row" className="whitespace-nowrap px-2 py-0.5 text-left font-normal text-dim tabular">
                {new Date(row.t).toLocaleString('en-GB', {
                  day: 'numeric',
                  month: 'short',
                  hour: '2-digit',
                  minute: '2-digit',
                  second: '2-digit',
                })}
              </th>
              {columns.map(({ id }) => {
                const value = row[id] ?? null
                return (
                  <td key={id} className="num px-2 py-0.5">
                    {value === null ? '–' : text(value, unit)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function sayTick(t: number, spanMs: number): string {
  const date = new Date(t)
  if (spanMs > 3 * 86_400_000) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(spanMs < 4 * 60_000 ? { second: '2-digit' } : {}) })
}
