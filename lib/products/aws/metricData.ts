import type { Minutes } from '../minutes.ts'
import type { Clients } from './clients.ts'
import { allOf, inTurn } from './pages.ts'
import type { Query } from './queries.ts'

/** Metrics of one GetMetricData. */
const QUERIES_MAX = 500

/** The minutes from `from` to `to` (epoch ms, whole minutes) of each metric, in the order of the queries; batches of 500, all pages. */
export async function readMetricData(
  clients: Clients,
  queries: readonly Query[],
  { from, to }: { from: number; to: number },
  signal: AbortSignal,
): Promise<Minutes[]> {
  const batches = Array.from({ length: Math.ceil(queries.length / QUERIES_MAX) }, (_, at) =>
    queries.slice(at * QUERIES_MAX, (at + 1) * QUERIES_MAX),
  )
  const answers = await inTurn(batches, (batch) => readBatch(clients, batch, { from, to }, signal), 2)
  return answers.flat()
}

async function readBatch(
  clients: Clients,
  queries: readonly Query[],
  { from, to }: { from: number; to: number },
  signal: AbortSignal,
): Promise<Minutes[]> {
  const MetricDataQueries = queries.map(({ namespace, metric, stat, dimensions }, at) => ({
    Id: `m${at}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: 60,
      Stat: stat,
    },
  }))
  const minutes: Map<number, number>[] = queries.map(() => new Map())
  await allOf((NextToken) =>
    clients.ask('cloudwatch', 'GetMetricData', signal, async ({ sdk, client }, options) => {
      const input = {
        MetricDataQueries,
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: 'TimestampAscending' as const,
        NextToken,
      }
      const { MetricDataResults = [], NextToken: next } = await client.send(new sdk.GetMetricDataCommand(input), options)
      for (const { Id = '', Timestamps = [], Values = [] } of MetricDataResults) {
        const own = minutes[Number(Id.slice(1))]
        Timestamps.forEach((time, at) => {
          const value = Values[at]
          if (own && value !== undefined && Number.isFinite(value)) own.set(time.getTime(), value)
        })
      }
      return { items: [], next }
    }),
  )
  return minutes.map((own) => [...own].sort(([a], [b]) => a - b))
}
