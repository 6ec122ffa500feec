import { isObject, type Use } from './routes.ts'

type Cluster = { cluster_type?: unknown }

/** `envoy.clusters.aggregate`: the names of the clusters that it tries in turn. */
export function membersOf({ cluster_type }: Cluster): string[] {
  const typed = isObject(cluster_type) && isObject(cluster_type.typed_config) ? cluster_type.typed_config : {}
  const value = isObject(typed.value) ? typed.value : typed
  return Array.isArray(value.clusters) ? value.clusters.filter((name) => typeof name === 'string') : []
}

/** What leads to an aggregate leads to its clusters. */
export function throughAggregates(clusters: ReadonlyMap<string, Cluster>, uses: Map<string, Set<Use>>): Map<string, Set<Use>> {
  const through = new Map([...uses].map(([name, own]) => [name, new Set(own)]))
  // An aggregate within an aggregate: twice is as deep as anybody goes.
  for (let round = 0; round < 2; round++)
    for (const [name, cluster] of clusters)
      for (const member of membersOf(cluster)) {
        const own = through.get(name)
        if (own) through.set(member, new Set([...(through.get(member) ?? []), ...own]))
      }
  return through
}
