import type { Edge } from '../model/edges.ts'
import { type Ref, refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'

/** Series whose rates add up to one figure: the reads that a thing sends on, or the requests that it gets. */
export type Sum = { metric: string; labels: Labels }[]

/** Something that calls an origin: its name in the review, and the counters of what it sends there. */
export type Caller = { name: string; sends: Sum }

/**
 * What calls each origin, as the edges say: a ring or cache with what it misses, a pool with all of its requests. An application that reads
 * through caches itself (cache-aside) sends on what those miss.
 */
export function originCallers(edges: readonly Edge[]): { name: string; callers: Caller[] }[] {
  const origins = new Map<string, Map<string, Caller>>()
  for (const { from, to } of edges) {
    if (!('origin' in to)) continue
    const callers = origins.get(to.origin) ?? new Map<string, Caller>()
    origins.set(to.origin, callers)
    const aside = 'application' in from ? edges.filter((edge) => refText(edge.from) === refText(from)).map((edge) => edge.to) : []
    for (const caller of [from, ...aside].flatMap((ref) => callerOf(ref))) callers.set(caller.name, caller)
  }
  return [...origins].map(([name, callers]) => ({ name, callers: [...callers.values()] }))
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
