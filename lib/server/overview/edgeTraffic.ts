import type { EdgeText } from '../../model/edges.ts'

/** What is measured of a tier: requests a second, and the share that it answers itself where it is a cache or a ring of caches. */
type Measured = { kind: string; requestsPerSecond: number | null; hitRatio: number | null }

/**
 * What flows over each edge per second, where something measures it: out of a cache what it missed, into a pool or ring the rest of what it
 * gets. Null where two ways in share that rest, or where nothing measures it.
 */
export function edgeTraffic(edges: readonly EdgeText[], tiers: ReadonlyMap<string, Measured>): (EdgeText & { perSecond: number | null })[] {
  const missed = ({ from }: EdgeText) => {
    const tier = tiers.get(from)
    return tier && tier.hitRatio !== null && tier.requestsPerSecond !== null ? tier.requestsPerSecond * (1 - tier.hitRatio) : null
  }
  const onlyWayOut = ({ from }: EdgeText) => edges.filter((other) => other.from === from).length === 1
  const traffic = (edge: EdgeText): number | null => {
    const [from, to] = [tiers.get(edge.from), tiers.get(edge.to)]
    if (!from || !to) return null
    const misses = onlyWayOut(edge) || to.kind === 'origin' ? missed(edge) : null
    if (misses !== null) return misses
    if (to.kind === 'origin') return from.requestsPerSecond
    if (to.requestsPerSecond === null) return null
    const others = edges.filter((other) => other.to === edge.to && other !== edge)
    const known = others.map((other) => (onlyWayOut(other) ? missed(other) : null))
    if (known.includes(null)) return null
    return Math.max(0, to.requestsPerSecond - known.reduce<number>((sum, one) => sum + one!, 0))
  }
  return edges.map((edge) => ({ ...edge, perSecond: traffic(edge) }))
}
