import { SLOW_LIMITS, type SlowLimits } from '../../metrics/slow.ts'
import { type Response, recentResponse, requestsOf, responseBetween, timedOf } from '../../metrics/traffic.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'

/** Error ratio from which a fast response is no evidence: the server may be fast because it only fails. */
const FAILING = 0.03
/** History that a response is taken from at most. */
export const SPAN_MS = 600_000

/** The present load of one server. */
export type Load = {
  server: PoolServer
  response: Response
  /** Of the pool's requests, 0 to 1. */
  share: number
  /** Requests a second. */
  rate: number
  failing: boolean
}

/** Every server's load since the problem began. Null while too little was seen. */
export function loadsOf(
  since: number,
  window: SeriesWindow,
  pool: Pool,
  { requestsMin, longest }: SlowLimits = SLOW_LIMITS,
): Load[] | null {
  const servers = servingOf(pool)
  const from = Math.max(since, window.to - SPAN_MS, window.from)
  const responses = servers.map((server): Response | null => {
    const timed = timedOf(window, pool, server)
    const long = timed && window.to - from >= 15_000 ? responseBetween(timed, from, window.to) : null
    return long && long.requests >= 3 * requestsMin ? long : recentResponse(window, pool, server, requestsMin, longest)
  })
  // A response time of zero cannot be: the samples do not match each other yet.
  if (!responses.every((response) => response !== null && response.value > response.error)) return null
  // The weights say how a round robin shares out, sharper than any count.
  const sum = servers.reduce((total, server) => total + server.weightEffective, 0)
  const seconds = Math.max(1, (window.to - from) / 1000)
  const all = servers.reduce((total, server) => total + (requestsOf(window, pool, server, window.to - from) ?? 0), 0) / seconds
  return servers.map((server, i): Load => {
    const share = server.weightEffective / sum
    return { server, response: responses[i]!, share, rate: share * all, failing: errorRatio(window, pool, [server]) >= FAILING }
  })
}

/** Failed requests over all, of these servers together. */
export function errorRatio(window: SeriesWindow, pool: Pool, servers: readonly PoolServer[], ms = 60_000): number {
  const sum = (metric: string) => servers.reduce((total, server) => total + (requestsOf(window, pool, server, ms, metric) ?? 0), 0)
  const requests = sum('pool_requests_total')
  return requests > 0 ? sum('pool_errors_total') / requests : 0
}

/** The fastest response of a pool; of those that answer at all, where some do. */
export function fastestOf(loads: readonly Load[]): number {
  const sound = loads.filter(({ failing }) => !failing)
  return Math.min(...(sound.length > 0 ? sound : loads).map(({ response }) => response.value))
}
