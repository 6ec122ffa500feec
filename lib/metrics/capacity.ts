import { cut } from '../math/rates.ts'
import { mean } from '../math/robust.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { requestsOf, serverSeries } from './traffic.ts'

/** The load is that of this much time. */
const SPAN_MS = 30_000

export type Projected = {
  servers: PoolServer[]
  /** Requests a second of the whole pool now. */
  rate: number
  /** Concurrent sessions when these servers alone take them; 0 while sessions are not reported. */
  sessions: number
  /** The sum of their limits; null where some have no limit. */
  limit: number | null
  /** One whose part alone is more than it may have, where keys choose the server and nobody takes what is too much for it. */
  over?: { server: PoolServer; sessions: number; limit: number }
}

/**
 * The load of the servers that stay when `leaving` are out, by Little's law: each one's part of all requests a second, by weight, times how
 * long a request is under way there. Null while nothing was seen.
 */
export function projectedWithout(window: SeriesWindow, pool: Pool, leaving: readonly PoolServer[]): Projected | null {
  const servers = servingOf(pool, leaving)
  const rateOf = (server: PoolServer) => (requestsOf(window, pool, server, SPAN_MS) ?? 0) / (SPAN_MS / 1000)
  const newest = (metric: string, server: PoolServer) => serverSeries(window, metric, pool, server)?.points.at(-1)?.[1]
  const now = [...new Set([...servingOf(pool), ...leaving])].map((server) => ({
    server,
    rate: rateOf(server),
    sessions: mean(
      cut(serverSeries(window, 'pool_sessions', pool, server)?.points ?? [], window.to - SPAN_MS, window.to).map(([, n]) => n),
    ),
  }))
  const rate = now.reduce((sum, one) => sum + one.rate, 0)
  const seen = now.filter((one) => one.rate > 0 && one.sessions !== null)
  if (rate <= 0) return null
  if (seen.length === 0) return { servers, rate, sessions: 0, limit: null }
  const staying = seen.filter(({ server }) => servers.includes(server))
  const secondsOf = (of: typeof seen) => of.reduce((sum, one) => sum + one.sessions!, 0) / of.reduce((sum, one) => sum + one.rate, 0)
  // The response time of a failing server is not that of the others; it is used only where they have none of their own.
  const usual = secondsOf(staying.length > 0 ? staying : seen)
  const weights = servers.reduce((sum, server) => sum + server.weightSet, 0)
  const loads = servers.map((server) => {
    const own = staying.find((one) => one.server === server)
    return {
      server,
      sessions: rate * (server.weightSet / weights) * (own ? secondsOf([own]) : usual),
      limit: newest('pool_sessions_max', server) || null,
    }
  })
  const limited = loads.filter((load): load is typeof load & { limit: number } => load.limit !== null)
  const over = pool.balances === 'hash' ? limited.find(({ sessions, limit }) => sessions >= limit) : undefined
  return {
    servers,
    rate,
    sessions: loads.reduce((sum, { sessions }) => sum + sessions, 0),
    limit: limited.length === loads.length ? limited.reduce((sum, { limit }) => sum + limit, 0) : null,
    ...(over && { over }),
  }
}

/** Of the sessions that are allowed: from here on they are near their limit. The default of balancer/sessions-near-limit. */
export const SESSIONS_NEAR = 0.85
