'use client'
import { useMemo, useRef } from 'react'
import type { ChartSeries } from '@/components/charts/chart.ts'
import { LineChart, type LineChartProps } from '@/components/charts/LineChart.tsx'
import { sayError } from '@/components/frame/api.ts'
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
      : answers.flat().flatMap((one) =>
          keep && !keep(one.labels)
            ? []
            : [
                {
                  name: name ? name(one.labels, one.metric) : defaultName(one.labels, where, one.metric, questions.length),
                  points: one.points,
                },
              ],
        )
  // biome-ignore lint/correctness/useExhaustiveDependencies: functions given inline differ each time; what they make depends on the answers
  const lines = useMemo(() => toLines(series), [asked, at])
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const earlier = useMemo(
    () =>
      !compare
        ? []
        : toLines(before.series).map((line) => ({
            ...line,
            name: `${line.name}, before`,
            dashed: true,
            points: line.points.map(([t, value]) => [t + spanMs, value] as const),
          })),
    [asked, before.at, compare, spanMs],
  )
  const now = lines.length <= most ? lines : [...lines].sort((a, b) => newest(b) - newest(a)).slice(0, most)
  const names = new Set(now.map((line) => `${line.name}, before`))
  const shown = [...now, ...earlier.filter((line) => names.has(line.name))]
  const nothingBefore = compare && !before.pending && earlier.every(({ points }) => points.every(([, value]) => value === null))
  return (
    <div ref={box} className={rest.className}>
      {error && lines.length === 0 ? (
        <LineChart title={title} unit="none" series={[]} from={0} to={1} height={height} empty={sayError(error)} />
      ) : from === undefined || to === undefined || (pending && lines.length === 0) ? (
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
          series={shown}
          from={from}
          to={to}
          stepMs={step}
          height={height}
          annotations={annotations ?? done}
          note={
            nothingBefore
              ? 'nothing measured before'
              : (note ?? (now.length < lines.length ? `the top ${now.length} of ${lines.length}` : undefined))
          }
          group="page"
          onZoom={zoom}
        />
      )}
    </div>
  )
}

const newest = (line: ChartSeries) => line.points.findLast(([, value]) => value !== null)?.[1] ?? Number.NEGATIVE_INFINITY

function defaultName(labels: Labels, where: Labels, metric: string, questions: number): string {
  const rest = Object.fromEntries(Object.entries(labels).filter(([label]) => !(label in where)))
  const said = Object.keys(rest).length ? labelsText(rest) : metric
  return questions > 1 && Object.keys(rest).length ? `${metric} ${said}` : said
}
