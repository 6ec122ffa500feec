import type { Edge } from '../model/edges.ts'
import { type PoolRef, type Ref, refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'

/** Series whose rates add up to one figure: the reads that a thing sends on, or the requests that it gets. */
export type Sum = { metric: string; labels: Labels }[]

/** Something that calls an origin: its name in the review, and the counters of what it sends there. */
export type Caller = { name: string; sends: Sum }

/** An origin with what calls it. `pool`: the pool that it is, or by which alone it is called, whose responses tell of it. */
export type Origin = { name: string; callers: Caller[]; pool?: PoolRef }

/**
 * What calls each origin, as the edges say: a ring or cache with what it misses, a pool with all of its requests. An application that reads
 * through caches itself (cache-aside) sends on what those miss. A pool that a ring or cache leads to is an origin too.
 */
export function originCallers(edges: readonly Edge[]): Origin[] {
  const origins = new Map<string, Origin>()
  for (const { from, to } of edges) {
    const behind = 'pool' in to && !('server' in to) && isCache(from)
    if (!('origin' in to) && !behind) continue
    const name = behind ? `${to.target}/${to.pool}` : (to as { origin: string }).origin
    const origin = origins.get(refText(to)) ?? { name, callers: [], ...(behind && { pool: to }) }
    origins.set(refText(to), origin)
    const aside = 'application' in from ? edges.filter((edge) => refText(edge.from) === refText(from)).map((edge) => edge.to) : []
    for (const caller of [from, ...aside].flatMap((ref) => callerOf(ref)))
      if (!origin.callers.some((one) => one.name === caller.name)) origin.callers.push(caller)
  }
  return [...origins.values()].map((origin) => ({ ...origin, ...onlyPool(origin) }))
}

const isCache = (ref: Ref) => ('ring' in ref && !('node' in ref)) || ('target' in ref && !('pool' in ref))

/** The pool through which alone an origin is asked: its responses are those of the origin. */
function onlyPool({ callers, pool }: Origin): { pool?: PoolRef } {
  const [caller] = callers
  const labels = callers.length === 1 ? caller!.sends[0]!.labels : {}
  return !pool && labels.pool !== undefined ? { pool: { target: labels.target!, pool: labels.pool } } : {}
}

function callerOf(ref: Ref): Caller[] {
  if ('ring' in ref && !('node' in ref)) return [{ name: ref.ring, sends: [{ metric: 'ring_misses_total', labels: { ring: ref.ring } }] }]
  if (!('target' in ref)) return []
  if ('pool' in ref)
    return [
      { name: `${ref.target}/${ref.pool}`, sends: [{ metric: 'pool_requests_total', labels: { target: ref.target, pool: ref.pool } }] },
    ]
  const labels: Labels = 'cache' in ref ? { target: ref.target, cache: ref.cache } : { target: ref.target }
  return [{ name: Object.values(labels).join('/'), sends: [{ metric: 'cache_misses_total', labels }] }]
}
