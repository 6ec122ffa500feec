'use client'
import { useDeferredValue, useMemo, useRef } from 'react'
import type { ChartSeries } from '@/components/charts/chart.ts'
import { LineChart, type LineChartProps } from '@/components/charts/LineChart.tsx'
import { errorText } from '@/components/frame/api.ts'
import { useRange } from '@/components/frame/useRange.ts'
import { Skeleton } from '@/components/ui/empty.tsx'
import { labelsText } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { SeriesView } from '@/lib/model/answers/series.ts'
import type { Labels } from '@/lib/model/series.ts'
import { useAnnotations } from './useAnnotations.ts'
import { type SeriesQuestion, useInSight, useSeries } from './useSeries.ts'

type Props = {
  title: string
  /** What is asked for: one metric, or several; counters come as rates. */
  ask: string | readonly SeriesQuestion[]
  where?: Labels
  /** A series' name in the legend. Default: its labels without those of `where`. */
  name?: (labels: Labels, metric: string) => string
  /** Leaves out what does not belong: the pool's own row among its servers. */
  keep?: (labels: Labels) => boolean
  /** Makes lines from the answers (one list a question): a ratio of two counters. */
  derive?: (answers: SeriesView[][]) => ChartSeries[]
  /** At most so many lines, those with the greatest newest value; the rest are counted. Default 8. */
  most?: number
} & Partial<
  Pick<LineChartProps, 'unit' | 'threshold' | 'baseline' | 'bands' | 'annotations' | 'fromZero' | 'height' | 'note' | 'empty' | 'className'>
>

/** A chart of the page's time range with the changes that touched what it shows. Drag to zoom, `t` for a table. */
export function SeriesChart({
  title,
  ask,
  where = {},
  name,
  keep,
  derive,
  most = 8,
  unit,
  height = 180,
  annotations,
  note,
  ...rest
}: Props) {
  const box = useRef<HTMLDivElement>(null)
  const inSight = useInSight(box)
  const { range, spanMs, zoom, compare } = useRange()
  const questions: SeriesQuestion[] =
    typeof ask === 'string'
      ? [{ metric: ask, where, rate: metricOf(ask).kind === 'counter' }]
      : ask.map((one) => ({ rate: metricOf(one.metric).kind === 'counter', ...one, where: { ...where, ...one.where } }))
  const { series, from, to, step, error, pending, at } = useSeries(questions, range, inSight)
  const before = useSeries(questions, range, inSight && compare, spanMs)
  const done = useAnnotations(where)
  const asked = JSON.stringify([where, questions])
  const toLines = (answers: SeriesView[][]): ChartSeries[] =>
    derive
      ? derive(answers)
      : linesOf(answers.flat(), (one) => name?.(one.labels, one.metric) ?? defaultName(one, where, questions.length), keep)
  // biome-ignore lint/correctness/useExhaustiveDependencies: functions given inline differ each time; what they make depends on the answers
  const lines = useMemo(() => toLines(series), [asked, at])
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const earlier = useMemo(() => (compare ? movedOn(toLines(before.series), spanMs) : []), [asked, before.at, compare, spanMs])
  const shown = useMemo(() => greatest(lines, earlier, most), [lines, earlier, most])
  const nothingBefore = compare && !before.pending && earlier.every(({ points }) => points.every(([, value]) => value === null))
  // A chart is drawn in pieces of 5 ms, and a click comes before it: eight answers may arrive at once.
  const chart = useDeferredValue(useMemo(() => ({ series: shown, from, to, stepMs: step }), [shown, from, to, step]))
  return (
    <div ref={box} className={rest.className}>
      {error && lines.length === 0 ? (
        <LineChart title={title} unit="none" series={NOTHING} from={0} to={1} height={height} empty={errorText(error)} />
      ) : chart.from === undefined || chart.to === undefined || (pending && lines.length === 0) ? (
        <div>
          <p className="flex min-h-7 items-center font-medium text-sm">{title}</p>
          <div style={{ height }}>
            <Skeleton className="h-full" />
          </div>
        </div>
      ) : (
        <LineChart
          {...rest}
          className={undefined}
          title={title}
          unit={unit ?? metricOf(questions[0]!.metric).unit}
          {...chart}
          from={chart.from}
          to={chart.to}
          height={height}
          annotations={annotations ?? done}
          note={
            nothingBefore ? 'nothing measured before' : (note ?? (lines.length > most ? `the top ${most} of ${lines.length}` : undefined))
          }
          group="page"
          onZoom={zoom}
        />
      )}
    </div>
  )
}

const NOTHING: ChartSeries[] = []

const linesOf = (answers: SeriesView[], nameOf: (one: SeriesView) => string, keep?: (labels: Labels) => boolean): ChartSeries[] =>
  answers.filter(({ labels }) => keep?.(labels) ?? true).map((one) => ({ name: nameOf(one), points: one.points }))

/** Lines of the stretch before, drawn dashed over the stretch that is shown. */
const movedOn = (lines: ChartSeries[], byMs: number): ChartSeries[] =>
  lines.map((line) => ({
    ...line,
    name: `${line.name}, before`,
    dashed: true,
    points: line.points.map(([t, value]) => [t + byMs, value] as const),
  }))

/** The lines with the greatest newest value, and beside each the same line from before. */
function greatest(lines: ChartSeries[], earlier: ChartSeries[], most: number): ChartSeries[] {
  const now = lines.length <= most ? lines : [...lines].sort((a, b) => newest(b) - newest(a)).slice(0, most)
  const names = new Set(now.map((line) => `${line.name}, before`))
  return [...now, ...earlier.filter((line) => names.has(line.name))]
}

const newest = (line: ChartSeries) => line.points.findLast(([, value]) => value !== null)?.[1] ?? Number.NEGATIVE_INFINITY

function defaultName({ labels, metric }: SeriesView, where: Labels, questions: number): string {
  const rest = Object.fromEntries(Object.entries(labels).filter(([label]) => !(label in where)))
  const name = Object.keys(rest).length ? labelsText(rest) : metric
  return questions > 1 && Object.keys(rest).length ? `${metric} ${name}` : name
}
