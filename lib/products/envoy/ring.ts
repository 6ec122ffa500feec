import type { RingNode, RingSpec } from '../../model/ring.ts'
import type { PoolServer } from '../../model/topology.ts'
import type { ClusterConfig } from './configDump.ts'
import type { Host } from './host.ts'

/** The cluster's ring with the weights in force, or why there is none. Only the highest priority takes part while it is healthy. */
export function ringOf(config: ClusterConfig, hosts: readonly Host[], servers: readonly PoolServer[]): RingSpec | { because: string } {
  if (!config.ring) return { because: config.noRing ?? 'it does not hash' }
  const nodes: RingNode[] = []
  for (const [index, host] of hosts.entries()) {
    const server = servers[index]!
    if (server.backup) continue
    const hashKey = config.hashKeys.get(host.address) ?? config.hashKeys.get(host.hostname)
    if (config.hashKeys.size > 0 && hashKey === undefined && config.type !== 'EDS' && config.type !== 'STATIC')
      return { because: `its endpoints have hash keys, and which of them is ${host.address}'s is not reported` }
    const label = hashKey ?? (config.byHostname ? host.hostname || (config.hostnames.get(host.address) ?? '') : host.hashed)
    if (label === '') return { because: 'use_hostname_for_hashing is set, and its hosts have no hostname: they all hash alike' }
    const weight = Math.max(1, server.weightSet)
    nodes.push({
      name: server.name,
      address: server.address,
      ...(label === undefined ? {} : { label }),
      weight,
      state: server.state === 'up' ? 'up' : 'down',
    })
  }
  if (nodes.length === 0) return { because: 'it has no host of the highest priority' }
  const texts = nodes.map(({ label, address }) => label ?? address!)
  const seen = new Set<string>()
  const twice = texts.find((text) => seen.size === seen.add(text).size)
  if (twice !== undefined) return { because: `several of its hosts hash the same text, ${twice.slice(0, 100)}` }
  return { algorithm: config.ring.algorithm, nodes, options: config.ring.options }
}
