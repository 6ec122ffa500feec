/** How requests choose a host of a cluster: with a hash of a route's policy, of a Redis command's key (of its tag), or without one. */
export type Use = 'policy' | 'redis' | 'redis {}' | 'none'

/**
 * Which clusters are asked how, by everything in the dump that leads to them. Clusters that nothing in the dump leads to are left out, because their use is not known.
 */
export function askedBy(sections: readonly unknown[]): Map<string, Set<Use>> {
  const found = new Map<string, Set<Use>>()
  // One walk, each part with what the parts around it say: a route within a route is no reason to walk the inner one twice.
  const waiting: { value: unknown; around: readonly Use[] }[] = [{ value: sections, around: [] }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, around } = next
    if (Array.isArray(value)) for (const item of value) waiting.push({ value: item, around })
    if (!isObject(value)) continue
    const own = wayOf(value)
    const within = own === null ? around : joined(around, own)
    const use = within.filter((one) => one !== 'none')
    if (within.length > 0)
      for (const cluster of namedIn(value)) {
        const uses = found.get(cluster) ?? new Set()
        for (const one of use.length > 0 ? use : within) uses.add(one)
        found.set(cluster, uses)
      }
    for (const [key, inner] of Object.entries(value)) {
      const routes = key === 'route' && isObject(inner) && own === null ? policied(inner.hash_policy) : null
      waiting.push({ value: inner, around: routes === null ? within : joined(within, routes) })
    }
  }
  return found
}

const joined = (uses: readonly Use[], use: Use): readonly Use[] => (uses.includes(use) ? uses : [...uses, use])
type Json = Record<string, unknown>
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const policied = (value: unknown): Use => (Array.isArray(value) && value.length > 0 ? 'policy' : 'none')

/** Of a proxy that asks clusters itself; null of anything else. */
function wayOf(part: Json): Use | null {
  const type = typeof part['@type'] === 'string' ? part['@type'] : ''
  if (type.endsWith('.RedisProxy')) return isObject(part.settings) && part.settings.enable_hashtagging === true ? 'redis {}' : 'redis'
  if (type.endsWith('.TcpProxy')) return policied(part.hash_policy)
  if (type.endsWith('.UdpProxyConfig')) return policied(part.hash_policies)
  return null
}

/** `cluster: X` and those of `weighted_clusters`. */
export function namedIn(part: Json): string[] {
  const weighted = isObject(part.weighted_clusters) ? part.weighted_clusters.clusters : undefined
  const names = [part.cluster, ...(Array.isArray(weighted) ? weighted.map((one) => (isObject(one) ? one.name : undefined)) : [])]
  return names.filter((name) => typeof name === 'string')
}
