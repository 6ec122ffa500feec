/**
 * Which clusters are asked with a hash: true where a route (or a proxy that always hashes) hashes for it, false where all that lead to it
 * pick without one. Clusters that nothing seen leads to are left out: nobody knows.
 */
export function hashedClusters(sections: readonly unknown[]): Map<string, boolean> {
  const found = new Map<string, boolean>()
  // One walk, each part with what the parts around it say: a route within a route is no reason to walk the inner one twice.
  const waiting: { value: unknown; around: Hashing }[] = [{ value: sections, around: { yes: false, no: false } }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, around } = next
    if (Array.isArray(value)) for (const item of value) waiting.push({ value: item, around })
    if (!isObject(value)) continue
    const own = hashingOf(value)
    const within = own === null ? around : { yes: around.yes || own, no: around.no || !own }
    if (within.yes || within.no) for (const cluster of namedIn(value)) found.set(cluster, within.yes || found.get(cluster) === true)
    for (const [key, inner] of Object.entries(value)) {
      const routes = key === 'route' && isObject(inner) && own === null ? isFilled(inner.hash_policy) : null
      waiting.push({ value: inner, around: routes === null ? within : { yes: within.yes || routes, no: within.no || !routes } })
    }
  }
  return found
}

/** Whether something around a cluster hashes for it, and whether something does not. */
type Hashing = { yes: boolean; no: boolean }
type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFilled = (value: unknown) => Array.isArray(value) && value.length > 0

/** Of a proxy that asks clusters itself; null of anything else. */
function hashingOf(part: Json): boolean | null {
  const type = typeof part['@type'] === 'string' ? part['@type'] : ''
  // It hashes the keys of its commands itself.
  if (type.endsWith('.RedisProxy')) return true
  if (type.endsWith('.TcpProxy')) return isFilled(part.hash_policy)
  if (type.endsWith('.UdpProxyConfig')) return isFilled(part.hash_policies)
  return null
}

/** `cluster: X` and those of `weighted_clusters`. */
function namedIn(part: Json): string[] {
  const weighted = isObject(part.weighted_clusters) ? part.weighted_clusters.clusters : undefined
  const names = [part.cluster, ...(Array.isArray(weighted) ? weighted.map((one) => (isObject(one) ? one.name : undefined)) : [])]
  return names.filter((name) => typeof name === 'string')
}
