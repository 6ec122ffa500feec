import { tunable } from '../advisors/tunable.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import type { Page, PoolServerView, PoolView } from '../model/views.ts'
import type { SeriesWindow } from '../model/window.ts'
import { poolRing, usableServers } from '../rings/poolRing.ts'
import { FIGURE_SPAN_MS, newest, number } from './figures.ts'
import type { House } from './house.ts'
import { ownedShares } from './owned.ts'
import { type Paging, page } from './paging.ts'

const keyOf = (pool: { target: string; name: string }) => `${pool.target}/${pool.name}`

export function listPools(house: House, paging?: Paging & { target?: string }): Page<PoolView> {
  const window = house.engine.window(FIGURE_SPAN_MS)
  const pools = house.engine
    .topology()
    .pools.filter((pool) => paging?.target === undefined || pool.target === paging.target)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const { items, next } = page(pools, keyOf, paging)
  return { items: items.map((pool) => poolView(pool, window)), next }
}

export function getPool(house: House, target: string, name: string): PoolView {
  const pool = house.engine.topology().pools.find((candidate) => candidate.target === target && candidate.name === name)
  if (!pool) throw new EvenkeelError('not_found', 'There is no pool of that name on that target.')
  const lines = tunable(pool)
  return { ...poolView(pool, house.engine.window(FIGURE_SPAN_MS)), ...(lines && { tunable: lines }) }
}

/**
 * What is promised to each server of the pool's requests: by the pool's ring where its configuration is known, else by weight; to servers
 * that are up, backups only when nobody else is. Null for leastconn, which promises nothing.
 */
export function sharesExpected(pool: Pool): Map<string, number> | null {
  if (pool.balances === 'load' || pool.balances === 'unknown') return null
  const usable = usableServers(pool.servers)
  const weight = (server: PoolServer) => (usable.includes(server) ? server.weightEffective : 0)
  const total = pool.servers.reduce((sum, server) => sum + weight(server), 0)
  if (total <= 0) return null
  const ring = poolRing(pool)
  if (ring) {
    const owned = ownedShares(ring)
    if (owned.size > 0) return owned
  }
  return new Map(pool.servers.map((server) => [server.name, weight(server) / total]))
}

export function poolView(pool: Pool, window: SeriesWindow): PoolView {
  const where = { target: pool.target, pool: pool.name }
  const expected = sharesExpected(pool)
  const servers = pool.servers.map((server): PoolServerView => {
    const one = { ...where, server: server.name }
    return {
      ...server,
      shareExpected: expected?.get(server.name) ?? null,
      shareSeen: number('pool_share', one, window),
      sessions: newest('pool_sessions', one, window),
      queue: newest('pool_queue', one, window),
      requestsPerSecond: number('pool_request_rate', one, window),
      errorRatio: number('pool_error_ratio', one, window),
      responseSeconds: number('pool_response_seconds', one, window),
    }
  })
  return {
    ...pool,
    servers,
    requestsPerSecond: number('pool_request_rate', where, window),
    responseSeconds: number('pool_response_seconds', where, window),
    errorRatio: number('pool_error_ratio', where, window),
    imbalance: number('pool_imbalance', where, window),
  }
}
