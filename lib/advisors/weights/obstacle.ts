import { text } from '../../format/format.ts'
import { poolLabels, requestsOf } from '../../metrics/traffic.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { poolShares } from '../../rings/poolShares.ts'

/** From this many moves of a pool's weights in that time on, another program must be setting them. */
const MOVES = 20
const MOVES_MS = 600_000
const SPAN_MS = 60_000
/** Tolerance between a server's share of the requests and of the keys: within it the server is not asked more often than the others. */
const ABOUT = 0.15

/** Why no weight is the remedy for a slow server of this pool, or null: it is not weak, or another writer sets the weights. */
export function obstacleTo(pool: Pool, slow: PoolServer, window: SeriesWindow): string | null {
  const writer = writerOf(pool, window)
  if (writer !== null) return writer
  if (pool.balances === 'hash')
    return `Keys choose the server in ${pool.name}, and ${askedText(pool, slow, window)} Another weight would send those keys, cold, to other servers. Look at what it is asked for first.`
  if (pool.balances === 'load')
    return `${pool.algorithm} already sends ${slow.name} less the longer it takes. The cause is on the server itself.`
  if (pool.balances === 'unknown') return `It is not known how ${pool.algorithm} turns weights into shares, so no effect can be predicted.`
  return null
}

/** Who else sets the weights of a pool, as a sentence, or null. */
export function writerOf(pool: Pool, window: SeriesWindow): string | null {
  const writer = pool.servers.find((server) => server.otherWriter)
  if (writer)
    return `${writer.otherWriter} already moves the weights of ${pool.name}: two writers of the same weights would overwrite each other. Switch one of them off first.`
  const moves = movesOf(pool, window)
  if (moves >= MOVES)
    return `Something moves the weights of ${pool.name} all the time (${moves} times in 10 min), a controller perhaps: two writers of the same weights would overwrite each other. Switch one of them off first.`
  return null
}

/** How often any weight of the pool was set anew lately. */
function movesOf(pool: Pool, window: SeriesWindow): number {
  const moments = new Set<number>()
  for (const { points } of window.between(window.to - MOVES_MS, window.to).series('pool_weight_set', poolLabels(pool)))
    for (let i = 1; i < points.length; i++) if (points[i]![1] !== points[i - 1]![1]) moments.add(points[i]![0])
  return moments.size
}

/** Why a server of a hash pool is slow, as far as the counts show: it gets more requests, or more expensive ones. */
function askedText(pool: Pool, slow: PoolServer, window: SeriesWindow): string {
  const counts = servingOf(pool).map((server) => ({ server, count: requestsOf(window, pool, server, SPAN_MS) ?? 0 }))
  const all = counts.reduce((sum, { count }) => sum + count, 0)
  const own = counts.find(({ server }) => server === slow)?.count ?? 0
  const owned = poolShares(pool)?.get(slow.name)
  if (owned === undefined || all === 0) return `${slow.name} may be slow because it was given the expensive ones.`
  const seen = own / all
  if (seen > (1 + ABOUT) * owned)
    return `${slow.name} owns ${text(owned, 'ratio')} of them but takes ${text(seen, 'ratio')} of the requests: popular keys are there.`
  return `${slow.name} takes ${text(seen, 'ratio')} of the requests for ${text(owned, 'ratio')} of the keys: it is asked no more than the others. Either its keys are the expensive ones, or it is slow itself.`
}
