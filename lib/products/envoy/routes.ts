/**
 * Which clusters are asked with a hash: true where a route (or a proxy that always hashes) hashes for it, false where all that lead to it
 * pick without one. Clusters that nothing seen leads to are left out: nobody knows.
 */
export function hashedClusters(sections: readonly unknown[]): Map<string, boolean> {
  const found = new Map<string, boolean>()
  const note = (cluster: unknown, hashed: boolean) => {
    if (typeof cluster === 'string') found.set(cluster, hashed || found.get(cluster) === true)
  }
  for (const part of objects(sections)) {
    const type = typeof part['@type'] === 'string' ? part['@type'] : ''
    // It hashes the keys of its commands itself.
    if (type.endsWith('.RedisProxy')) for (const cluster of clustersIn(part)) note(cluster, true)
    else if (type.endsWith('.TcpProxy')) for (const cluster of clustersIn(part)) note(cluster, isFilled(part.hash_policy))
    else if (type.endsWith('.UdpProxyConfig')) for (const cluster of clustersIn(part)) note(cluster, isFilled(part.hash_policies))
    else if (isObject(part.route)) for (const cluster of clustersIn(part.route)) note(cluster, isFilled(part.route.hash_policy))
  }
  return found
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFilled = (value: unknown) => Array.isArray(value) && value.length > 0

/** Every object within, the outer ones first. */
function* objects(value: unknown): Generator<Json> {
  const waiting = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) waiting.push(...next)
    else if (isObject(next)) {
      yield next
      waiting.push(...Object.values(next))
    }
  }
}

/** `cluster: X` and those of `weighted_clusters`, at any depth. */
function clustersIn(part: Json): unknown[] {
  return [...objects(part)].flatMap((inner) => [
    inner.cluster,
    ...(isObject(inner.weighted_clusters) && Array.isArray(inner.weighted_clusters.clusters)
      ? inner.weighted_clusters.clusters.map((one) => (isObject(one) ? one.name : undefined))
      : []),
  ])
}
