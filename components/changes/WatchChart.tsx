'use client'
import { useQuery } from '@tanstack/react-query'
import { LineChart } from '@/components/charts/LineChart.tsx'
import { get } from '@/components/frame/api.ts'
import { useClock } from '@/components/frame/live.tsx'
import { capital, labelsText } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { SeriesView } from '@/lib/model/answers/series.ts'
import type { Prediction } from '@/lib/model/proposal.ts'

/** History shown before the moment of the change, and after its end. */
const BEFORE_MS = 120_000
const AFTER_MS = 60_000

/** The predicted metric around the change: the violet line at its moment, the band hatched ahead, the measured line walking into it. */
export function WatchChart({ change }: { change: ChangeView }) {
  const prediction = change.prediction as Prediction
  const now = useClock(2_000)
  const at = Date.parse(change.at)
  const end = change.endedAt ? Date.parse(change.endedAt) : null
  const from = at - BEFORE_MS
  const to = Math.max(change.watchUntil ? Date.parse(change.watchUntil) : at + 120_000, end === null ? 0 : end + AFTER_MS)
  const { data } = useQuery({
    queryKey: ['series', prediction.metric, prediction.where, from, to],
    queryFn: ({ signal }) =>
      get<{ series: SeriesView[] }>(
        'series',
        {
          ...prediction.where,
          metric: prediction.metric,
          from: new Date(from).toISOString(),
          to: new Date(Math.min(to, Date.now())).toISOString(),
          step: 2000,
        },
        signal,
      ),
    refetchInterval: end === null || now < to ? 2_000 : false,
  })
  // A pool's own row has no server; what is asked for without one is that row alone.
  const exact = data?.series.filter(({ labels }) => Object.keys(labels).length === Object.keys(prediction.where).length) ?? []
  return (
    <LineChart
      title={`${capital(metricOf(prediction.metric).words)} of ${labelsText(prediction.where)}`}
      unit={prediction.unit}
      series={exact.map(({ points }) => ({ name: 'measured', points }))}
      from={from}
      to={to}
      stepMs={2_000}
      annotations={[{ at, label: 'applied' }, ...(change.state === 'rolled_back' && end ? [{ at: end, label: 'rolled back' }] : [])]}
      bands={[{ from: at, to, low: prediction.low, high: prediction.high, label: 'predicted' }]}
      empty="Nothing measured yet."
    />
  )
}
