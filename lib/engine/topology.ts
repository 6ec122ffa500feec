import { leftOutText } from '../model/limits.ts'
import type { TopologyPart } from '../model/product.ts'
import { sameData } from '../model/sameData.ts'
import type { Pool, PoolServer, TargetFacts, Topology } from '../model/topology.ts'

/** What the engine itself knows of a target, beside what its probes report; its capabilities are those from the fate of each probe. */
export type TargetSeen = Pick<TargetFacts, 'name' | 'kind' | 'can' | 'role' | 'labels' | 'host' | 'state' | 'error' | 'capabilities'> & {
  since: number
}

export interface TopologyBook {
  /** A probe's newest part replaces its last one: what it no longer names is gone. A failed poll changes nothing. False where it is as the last one. */
  put(target: string, probe: string, part: TopologyPart): boolean
  /** A target that is no longer configured or discovered. */
  remove(target: string): void
  /** What one target brings to the topology. */
  read(seen: TargetSeen): Part
}

/** One target's part of the topology. */
export type Part = { facts: TargetFacts; pools: Pool[]; rings: Topology['rings']; ttls: Topology['ttls'] }

/** The parts together. */
export function topologyOf(parts: Iterable<Part>, configured: Pick<Topology, 'edges' | 'groups' | 'prices'>): Topology {
  const topology: Topology = { targets: [], pools: [], rings: [], ttls: [], ...configured }
  for (const { facts, pools, rings, ttls } of parts) {
    topology.targets.push(facts)
    topology.pools.push(...pools)
    topology.rings.push(...rings)
    topology.ttls.push(...ttls)
  }
  return topology
}

/** Merges the parts that probes report into the topology of the fleet. */
export function createTopologyBook(): TopologyBook {
  const parts = new Map<string, Map<string, TopologyPart>>()
  /** By probe: of thousands of targets most bring the same, which is one object then. */
  const newest = new Map<string, TopologyPart>()
  const of = (target: string) => [...(parts.get(target)?.values() ?? [])]
  const facts = (target: string) => Object.assign({}, ...of(target).map((part) => part.facts)) as NonNullable<TopologyPart['facts']>

  return {
    put(target, probe, part) {
      const probes = parts.get(target) ?? new Map<string, TopologyPart>()
      const before = probes.get(probe)
      if (before ? sameData(before, part) : isEmpty(part)) return false
      const alike = newest.get(probe)
      const shared = alike && sameData(alike, part) ? alike : part
      newest.set(probe, shared)
      parts.set(target, probes.set(probe, shared))
      return true
    },
    remove: (target) => void parts.delete(target),
    read(seen) {
      const own = of(seen.name)
      const pools = new Map<string, Pool>()
      for (const part of own)
        for (const pool of part.pools ?? []) pools.set(pool.name, overlay(pools.get(pool.name), { ...pool, target: seen.name }))
      return {
        facts: factsOf(seen, facts(seen.name), own),
        pools: [...pools.values()],
        rings: own.flatMap((part) => part.rings ?? []),
        ttls: own.flatMap((part) => part.ttls ?? []),
      }
    },
  }
}

function isEmpty(part: TopologyPart): boolean {
  for (const _ in part) return false
  return true
}

/** The feature that is unavailable on a target of which not all servers are read. */
const LEFT_OUT = 'all servers'

function factsOf(seen: TargetSeen, facts: NonNullable<TopologyPart['facts']>, parts: TopologyPart[]): TargetFacts {
  const capabilities = new Map(seen.capabilities.map((capability) => [capability.feature, capability]))
  // What a probe reported while it could read does not hold once it cannot.
  const known = (feature: string) => capabilities.get(feature)?.available !== false
  for (const capability of parts.flatMap((part) => part.capabilities ?? []))
    if (known(capability.feature)) capabilities.set(capability.feature, capability)
  const left = parts.find((part) => part.left)?.left
  if (left) capabilities.set(LEFT_OUT, { feature: LEFT_OUT, available: false, because: leftOutText(left) })
  const { version, runId, cluster, replication, resolution, services } = facts
  // A configured role takes precedence over what the server itself reports.
  const role = seen.role ?? facts.role
  return {
    name: seen.name,
    kind: seen.kind,
    ...(seen.can && { can: seen.can }),
    ...(role && { role }),
    ...(seen.labels && { labels: seen.labels }),
    ...(seen.host && { host: seen.host }),
    state: seen.state,
    since: seen.since,
    ...(seen.error && { error: seen.error }),
    ...(version && { version }),
    ...(runId && { runId }),
    ...(cluster && { cluster }),
    ...(replication && { replication }),
    ...(resolution && { resolution }),
    ...(services && { services }),
    ...(left && { left }),
    capabilities: [...capabilities.values()],
  }
}

/** Merges what two probes report of one pool: the later one's fields take precedence. */
function overlay(below: Pool | undefined, above: Pool): Pool {
  if (!below) return above
  const servers = new Map<string, PoolServer>(below.servers.map((server) => [server.name, server]))
  for (const server of above.servers) servers.set(server.name, { ...servers.get(server.name), ...server })
  return { ...below, ...above, servers: [...servers.values()] }
}
