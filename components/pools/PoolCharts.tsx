import { quotientPoints } from '@/components/series/ratio.ts'
import { SeriesChart } from '@/components/series/SeriesChart.tsx'

/** The histories of a pool and of its servers. */
export function PoolCharts({ target, name }: { target: string; name: string }) {
  const where = { target, pool: name }
  const servers = {
    where,
    keep: (labels: Record<string, string>) => Boolean(labels.server),
    name: (labels: Record<string, string>) => labels.server ?? '',
  }
  return (
    <div className="grid gap-x-6 gap-y-5 px-4 py-4 lg:grid-cols-2">
      <SeriesChart title="Mean response by server" ask="pool_response_seconds" unit="seconds" {...servers} />
      <SeriesChart
        title="Mean response of the pool"
        ask="pool_response_seconds"
        unit="seconds"
        where={where}
        keep={(labels) => !labels.server}
        name={() => 'the whole pool'}
      />
      <SeriesChart title="Requests by server" ask="pool_requests_total" unit="perSecond" {...servers} />
      <SeriesChart
        title="Errors by server"
        unit="ratio"
        where={where}
        ask={[{ metric: 'pool_errors_total' }, { metric: 'pool_requests_total' }]}
        derive={([errors = [], requests = []]) =>
          errors
            .filter((one) => one.labels.server)
            .map((one) => ({
              name: one.labels.server!,
              points: quotientPoints(one.points, requests.find((other) => other.labels.server === one.labels.server)?.points),
            }))
        }
      />
      <SeriesChart title="Weight in force" ask="pool_weight_effective" unit="count" {...servers} />
      <SeriesChart title="Sessions" ask="pool_sessions" unit="count" {...servers} />
    </div>
  )
}
