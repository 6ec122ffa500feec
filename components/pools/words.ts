import type { BalancePart } from '@/components/charts/geometry.ts'
import type { Tone } from '@/components/ui/status.tsx'
import type { PoolServerView, PoolView } from '@/lib/model/answers/pool.ts'

/** A pool's strip. Where the algorithm does not promise shares (leastconn), nothing is expected. */
export const poolParts = (pool: Pick<PoolView, 'servers'>): BalancePart[] =>
  pool.servers.map((server) => ({ name: server.name, seen: server.shareSeen, expected: server.shareExpected, state: server.state }))

/** A reason that stands among what is not understood of the pool, or is why it has no ring, is not said a second time. */
export const isSaid = ({ unknown, ringBecause }: Pick<PoolView, 'unknown' | 'ringBecause'>, because: string): boolean =>
  because === ringBecause || unknown?.includes(because) === true

export const SERVER_TONE: Record<PoolServerView['state'], Tone> = { up: 'ok', down: 'critical', drain: 'info', maint: 'info' }

/** `4 up`, `3 of 4 up`; down is critical, taken out on purpose is not. */
export function serversWord(pool: Pick<PoolView, 'servers'>): { tone: Tone; word: string } {
  const up = pool.servers.filter((server) => server.state === 'up').length
  const down = pool.servers.some((server) => server.state === 'down')
  if (up === pool.servers.length) return { tone: 'ok', word: `${up} up` }
  return { tone: down ? 'critical' : 'info', word: `${up} of ${pool.servers.length} up` }
}

/** How far a server's response is from the others', as a factor; null with nothing to hold it against. */
export function againstOthers(server: PoolServerView, pool: Pick<PoolView, 'servers'>): number | null {
  const others = pool.servers.filter((one) => one.name !== server.name && one.responseSeconds !== null).map((one) => one.responseSeconds!)
  if (others.length === 0 || server.responseSeconds === null) return null
  const middle = others.sort((a, b) => a - b)[others.length >> 1]!
  return middle > 0 ? server.responseSeconds / middle : null
}

/** The figures of a pool are those of its last minute. */
export const FIGURE_SECONDS = 60

/**
 * Between which shares a server would be seen in 95 of 100 minutes if nothing but chance moved requests: p ± 1.96 √(p (1 − p) ÷ n) of the
 * n requests counted. Round robin scatters less. Null where nothing is due, or too little is counted to tell.
 */
export function dueBand(server: PoolServerView, pool: Pick<PoolView, 'requestsPerSecond'>): { low: number; high: number } | null {
  const due = server.shareExpected
  const counted = (pool.requestsPerSecond ?? 0) * FIGURE_SECONDS
  if (due === null || counted < 30) return null
  const by = 1.96 * Math.sqrt((due * (1 - due)) / counted)
  return { low: Math.max(0, due - by), high: Math.min(1, due + by) }
}

/** Gets more than a quarter beyond its due, and more than chance explains. */
export function isHeavy(server: PoolServerView, pool: Pick<PoolView, 'requestsPerSecond'>): boolean {
  const { shareSeen: seen, shareExpected: due } = server
  const band = dueBand(server, pool)
  return seen !== null && due !== null && band !== null && seen > due * 1.25 && seen > band.high
}
