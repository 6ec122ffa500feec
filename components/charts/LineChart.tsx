'use client'
import { memo, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { cn } from '@/components/ui/cn.ts'
import { ChartTools } from './ChartTools.tsx'
import type { ChartContent, ChartSeries, DrawnSeries } from './chart.ts'
import { coloursFor } from './colour.ts'
import { DataTable } from './DataTable.tsx'
import { download, downloadPng } from './download.ts'
import { type Enlarged, EnlargedChart } from './EnlargedChart.tsx'
import { extent, rowsOf, toCsv } from './geometry.ts'
import { Legend } from './Legend.tsx'
import { Plot } from './Plot.tsx'

export type LineChartProps = ChartContent & {
  series: readonly ChartSeries[]
  height?: number
  /** Charts of one page share a crosshair by sharing this. */
  group?: string
  /** After dragging over a stretch of time. */
  onZoom?: (from: number, to: number) => void
  /** Why there is nothing to draw. */
  empty?: string
  note?: string
  className?: string
}

/** Lines over time: gaps stay gaps, units on the axis, threshold and baseline drawn, readable as a table (`t`), downloadable, enlarged on demand. */
export const LineChart = memo(function LineChart({
  series,
  height = 180,
  group,
  onZoom,
  empty,
  note,
  className,
  ...content
}: LineChartProps) {
  const { title, unit, stepMs } = content
  const box = useRef<HTMLElement>(null)
  const [asTable, setAsTable] = useTableKey(box)
  const [alone, setAlone] = useState<string | null>(null)
  const [enlarged, setEnlarged] = useState<Enlarged | null>(null)
  const drawn = useMemo(() => drawnSeries(series), [series])
  const visible = useMemo(
    () => (drawn.some(({ name }) => name === alone) ? drawn.filter(({ name }) => name === alone) : drawn),
    [drawn, alone],
  )
  const measured = extent(drawn) !== null
  return (
    <figure ref={box} data-chart aria-label={title} className={cn('group/chart min-w-0', className)}>
      <figcaption className="flex min-h-7 items-center gap-2">
        <span className="truncate font-medium text-sm">{title}</span>
        {note && <span className="truncate text-dim text-xs">{note}</span>}
        <ChartTools
          asTable={asTable}
          empty={!measured}
          onTable={() => setAsTable(!asTable)}
          onEnlarge={() => setEnlarged({ ...content, series: drawn })}
          onCsv={() => download(`${title}.csv`, 'text/csv', toCsv(rowsOf(drawn, stepMs), drawn))}
          onPng={() => void downloadPng(`${title}.png`, box.current?.querySelector('svg[data-plot]') ?? null)}
        />
      </figcaption>
      {!measured ? (
        <div style={{ height }} className="grid place-items-center rounded border border-line border-dashed text-center text-dim text-sm">
          {empty ?? 'Nothing measured in this stretch of time.'}
        </div>
      ) : asTable ? (
        <DataTable rows={rowsOf(drawn, stepMs)} columns={drawn} unit={unit} title={title} height={height} />
      ) : (
        <Plot {...content} series={visible} height={height} group={group} onZoom={onZoom} />
      )}
      {drawn.length > 1 && <Legend series={drawn} alone={alone} onAlone={setAlone} />}
      {enlarged && <EnlargedChart {...enlarged} onClose={() => setEnlarged(null)} />}
    </figure>
  )
})

function drawnSeries(series: readonly ChartSeries[]): DrawnSeries[] {
  const colours = coloursFor(series.map((one) => one.name))
  return series.map((one, at) => ({ ...one, id: `s${at}`, colour: one.colour ?? colours[at]! }))
}

/** Whether a chart is read as a table. `t` turns the one under the pointer or the focus; without one, all of the page. */
function useTableKey(box: RefObject<HTMLElement | null>) {
  const [asTable, setAsTable] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 't' || event.metaKey || event.ctrlKey || event.altKey || typingText(event)) return
      const chosen = document.querySelector('[data-chart]:hover, [data-chart]:focus-within')
      if (!chosen || chosen === box.current) setAsTable((now) => !now)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [box])
  return [asTable, setAsTable] as const
}

/** `t` works inside sheets too, but not while a text is being typed. */
const typingText = (event: KeyboardEvent) => Boolean((event.target as HTMLElement | null)?.closest?.('input, textarea, select'))
