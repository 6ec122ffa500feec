import { increase } from '../math/rates.ts'
import { mean } from '../math/robust.ts'
import { type Labels, labelsKey, type Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, beside, EVENTS_MIN, grownIn, measured, rows, shareOf, unjudged, whereText } from './batches.ts'
import { gridOf, grouped, type History, paired, pointsOf, type Row, type Track } from './history.ts'
import { counter, gauge, type Metric, rate } from './metric.ts'

const REQUESTS = 'pool_requests_total'
const ERRORS = 'pool_errors_total'

/** Failed requests over all. */
function errorRatio(window: SeriesWindow, where: Labels): Measurement {
  const requests = rows(window, 'pool_requests_total', where)
  const errors = requests.flatMap((row) => beside(window, 'pool_errors_total', row.labels) ?? [])
  const batches = batchesOf(window, requests, 'pool_requests_total', where)
  if (typeof batches === 'string') return unjudged(batches)
  if (errors.length === 0) return unjudged('errors are not reported')
  return shareOf(grownIn(errors, batches), grownIn(requests, batches), 'requests')
}

/** A server's part of its pool's requests. `where` names target, pool and server. */
function share(window: SeriesWindow, where: Labels): Measurement {
  const { server, ...pool } = where
  if (server === undefined) return unjudged('a share is of one server')
  const all = serverRows(window, pool)
  const own = all.filter((row) => row.labels.server === server)
  const batches = batchesOf(window, all, 'pool_requests_total', where)
  if (typeof batches === 'string') return unjudged(batches)
  if (own.length === 0) return unjudged(`pool_requests_total is not reported for ${whereText(where)}`)
  return shareOf(grownIn(own, batches), grownIn(all, batches), 'requests')
}

/** `share` of every server of a pool, by server name. The pool's requests are summed up once. */
export function shares(pool: Labels, window: SeriesWindow): Map<string, Measurement> {
  const all = serverRows(window, pool)
  const batches = batchesOf(window, all, 'pool_requests_total', pool)
  const wholes = typeof batches === 'string' ? [] : grownIn(all, batches)
  return new Map(
    all.map((row) => [
      row.labels.server!,
      typeof batches === 'string' ? unjudged(batches) : shareOf(grownIn([row], batches), wholes, 'requests'),
    ]),
  )
}

/**
 * Share seen over share expected from the weights, the largest of the servers over their mean: 1 is even. Servers without weight or down are
 * left out. Unjudged below ten requests a server, where chance alone looks like imbalance.
 */
function imbalance(window: SeriesWindow, where: Labels): Measurement {
  const all = serverRows(window, where)
  const batches = batchesOf(window, all, 'pool_requests_total', where)
  if (typeof batches === 'string') return unjudged(batches)
  const serving = all.flatMap((row) => {
    const weight = weightOf(window, row.labels)
    return weight > 0 ? [{ row, weight, grown: increase(row.points) }] : []
  })
  if (serving.length < 2) return unjudged(`${serving.length} ${serving.length === 1 ? 'server takes' : 'servers take'} traffic`)
  const requests = serving.reduce((sum, { grown }) => sum + grown, 0)
  const least = requestsMin(serving.length)
  if (requests < least) return unjudged(`${Math.round(requests)} requests; ${least} needed`)
  const weights = serving.reduce((sum, { weight }) => sum + weight, 0)
  const ratios = serving.map(({ weight, grown }) => grown / requests / (weight / weights))
  const level = mean(ratios)!
  const worst = ratios.indexOf(Math.max(...ratios))
  const seen = shareOf(
    grownIn([serving[worst]!.row], batches),
    grownIn(
      serving.map(({ row }) => row),
      batches,
    ),
    'requests',
  )
  if (seen.is === 'unjudged') return seen
  const scale = weights / serving[worst]!.weight / level
  const value = ratios[worst]! / level
  return measured({ value, low: Math.min(value, Math.max(1, seen.low * scale)), high: Math.max(value, seen.high * scale) }, requests)
}

/** The rows of a pool's servers. */
const serverRows = (window: SeriesWindow, pool: Labels): Series[] =>
  window.series('pool_requests_total', pool).filter((row) => row.labels.server !== undefined)

/** The server's mean weight in force over the window, 0 while it is down; 1 where no weights are reported. */
function weightOf(window: SeriesWindow, labels: Labels): number {
  const values = (metric: string) => beside(window, metric, labels)?.points.map((point) => point[1]) ?? []
  const up = mean(values('pool_up')) ?? 1
  return (mean(values('pool_weight_effective')) ?? mean(values('pool_weight_set')) ?? 1) * up
}

/** Least number of requests to compute an imbalance of: fewer look uneven by chance alone. */
const requestsMin = (servers: number) => Math.max(EVENTS_MIN, 10 * servers)

/** Each server's part of its pool's requests, moment by moment. Of one server too it is a part of the requests of all. */
async function* sharesDrawn(history: History): AsyncGenerator<Track> {
  const { server, ...pool } = history.labels
  for (const { rows } of poolsOf(history, undefined, pool)) {
    const grid = await gridOf(rows)
    const totals = await pointsOf(history, grid, (i) => grid.columns.reduce((sum, requests) => sum + (requests[i]! || 0), 0))
    for (const [k, { labels }] of rows.entries()) {
      if (server !== undefined && labels.server !== server) continue
      const requests = grid.columns[k]!
      const valueAt = (i: number) => (totals[i]![1]! > 0 && !Number.isNaN(requests[i]!) ? requests[i]! / totals[i]![1]! : null)
      yield { labels, points: await pointsOf(history, grid, valueAt) }
    }
  }
}

/** Least length of a bucket: shorter ones hold too few requests to distinguish an uneven pool from chance. */
const BUCKET_MIN_MS = 10_000

/** Share seen over share expected by weight, the largest of the servers over their mean: bucket by bucket. `imbalance` computes the same of a window. */
async function* imbalancesDrawn(history: History): AsyncGenerator<Track> {
  const seconds = history.stepMs(BUCKET_MIN_MS) / 1_000
  const rowsOf = (metric: string) => new Map(history.rows(metric, BUCKET_MIN_MS).map((row) => [labelsKey(row.labels), row]))
  const [effective, set, up] = [rowsOf('pool_weight_effective'), rowsOf('pool_weight_set'), rowsOf('pool_up')]
  for (const { labels, rows } of poolsOf(history, BUCKET_MIN_MS)) {
    const keys = rows.map((row) => labelsKey(row.labels))
    const grid = await gridOf(rows.flatMap((row, i) => [row, effective.get(keys[i]!) ?? set.get(keys[i]!), up.get(keys[i]!)]))
    const points = await pointsOf(history, grid, (i) => imbalanceAt(grid.columns, i, seconds))
    if (points.some(([, value]) => value !== null)) yield { labels, points }
  }
}

/** `values`: of each server its requests a second, its weight and whether it is up; what is not reported counts as 1, as in `weightOf`. */
function imbalanceAt(values: readonly Float64Array[], i: number, seconds: number): number | null {
  let [requests, weights, servers] = [0, 0, 0]
  const reported = (value: number) => (Number.isNaN(value) ? 1 : value)
  const weightAt = (k: number) => (Number.isNaN(values[k]![i]!) ? 0 : reported(values[k + 1]![i]!) * reported(values[k + 2]![i]!))
  for (let k = 0; k < values.length; k += 3) {
    const weight = weightAt(k)
    if (!(weight > 0)) continue
    requests += values[k]![i]!
    weights += weight
    servers++
  }
  if (servers < 2 || requests * seconds < requestsMin(servers)) return null
  let [most, sum] = [0, 0]
  for (let k = 0; k < values.length; k += 3) {
    const weight = weightAt(k)
    if (!(weight > 0)) continue
    const ratio = values[k]![i]! / requests / (weight / weights)
    most = Math.max(most, ratio)
    sum += ratio
  }
  return most / (sum / servers)
}

/** The rows of each pool's servers. */
const poolsOf = (history: History, leastMs?: number, of?: Labels): { labels: Labels; rows: Row[] }[] =>
  grouped(
    history.rows(REQUESTS, leastMs, of).filter(({ labels }) => labels.server !== undefined),
    ['target', 'pool'],
  )

/** Metrics of a pool's servers: requests and their outcome, sessions, weights. */
export const poolMetrics: Metric[] = [
  counter(REQUESTS, 'requests'),
  counter(ERRORS, 'failed requests'),
  counter('pool_retries_total', 'retries'),
  counter('pool_shed_total', 'requests refused by a limit'),
  gauge('pool_breaker_open', 'circuit breakers that are open'),
  gauge('pool_breaker_remaining', 'capacity that is left before a circuit breaker opens'),
  gauge('pool_ejected', 'servers that are ejected by their answers'),
  counter('pool_ejections_total', 'ejections of servers by their answers'),
  counter('pool_checks_failed_total', 'failed health checks'),
  counter('pool_downs_total', 'times that it went down'),
  gauge('pool_sessions', 'sessions'),
  gauge('pool_sessions_max', 'sessions allowed'),
  gauge('vrrp_state', 'state of an address that moves: 1 backup, 2 master, 3 fault'),
  gauge('pool_ttl_seconds', 'how long an address is kept after it left the name'),
  gauge('pool_queue', 'requests in the queue'),
  gauge('pool_weight_set', 'configured weight'),
  gauge('pool_weight_effective', 'weight in force'),
  gauge('pool_up', 'up'),
  rate('pool_request_rate', 'requests per second', REQUESTS),
  rate('pool_retry_rate', 'retries per second', 'pool_retries_total'),
  {
    name: 'pool_error_ratio',
    words: 'error ratio',
    unit: 'ratio',
    kind: 'ratio',
    from: [REQUESTS, ERRORS],
    also: [],
    measure: errorRatio,
    series: (history) => paired(history, ERRORS, REQUESTS, (errors, requests) => (requests > 0 ? errors / requests : null)),
  },
  {
    name: 'pool_share',
    words: 'share of the requests',
    unit: 'ratio',
    kind: 'ratio',
    from: [REQUESTS],
    also: [],
    measure: share,
    series: sharesDrawn,
  },
  {
    name: 'pool_imbalance',
    words: 'imbalance (max over mean)',
    unit: 'factor',
    kind: 'ratio',
    from: [REQUESTS],
    also: ['pool_weight_effective', 'pool_weight_set', 'pool_up'],
    measure: imbalance,
    series: imbalancesDrawn,
  },
]
