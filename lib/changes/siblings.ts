import type { Edge } from '../model/edges.ts'
import { isWithin, type PoolRef, poolRef, type Ref, refOf, refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import { existsIn, readSetting, type SettingText } from '../model/setting.ts'
import { SLOTS_NAME } from '../model/slots.ts'
import type { Pool, TargetFacts, Topology } from '../model/topology.ts'

/** More tell no more, and each is measured at every tick. */
const SIBLINGS_MOST = 8

type Steps = readonly { setting: SettingText }[]

/**
 * The control group of a metric of the changed thing, by the labels of its members: other pools of the same kind of balancer, other nodes of the
 * same ring or Cluster. Empty where the change is not on that very thing (its effect could reach the others the same way), and without whatever
 * is before or behind it in the chain of tiers or shares its machines.
 */
export function siblingsOf(steps: Steps, where: Labels, topology: Topology): Labels[] {
  const { server: _, ...whole } = where
  const own = refOf(whole)
  if (!own || !('target' in own) || 'cache' in own) return []
  const isOwn = ({ setting }: Steps[number]) => isWithin(readSetting(setting, existsIn(topology.pools)).of, own)
  // Slots go to the other nodes.
  if (steps.length === 0 || !steps.every(isOwn) || steps.some(({ setting }) => SLOTS_NAME.test(setting.name))) return []
  const found = 'pool' in own ? poolsBeside(own, topology) : nodesBeside(own.target, topology).map((target) => ({ target }))
  const chained = chainOf(own, topology.edges)
  return found
    .filter((ref) => !chained.some((one) => isWithin(ref, one) || isWithin(one, ref)))
    .sort((a, b) => Number(b.target === own.target) - Number(a.target === own.target) || (refText(a) < refText(b) ? -1 : 1))
    .slice(0, SIBLINGS_MOST)
    .map((ref) => ({ ...('pool' in own ? {} : where), ...ref }))
}

/** Whether steps touch what these labels name: then it is no control of anything while they are watched. */
export function touches(steps: Steps, { target, pool }: Labels, topology: Topology): boolean {
  return steps.some(({ setting }) => {
    const { of } = readSetting(setting, existsIn(topology.pools))
    if ('ring' in of) return topology.rings.some(({ name, nodes }) => name === of.ring && nodes.some((node) => node.target === target))
    if ('ttl' in of) return pool === undefined
    return of.target === target && (!('pool' in of) || of.pool === pool)
  })
}

function poolsBeside(own: PoolRef, { pools, targets }: Topology): PoolRef[] {
  const kindOf = (target: string) => targets.find(({ name }) => name === target)?.kind
  const hosts = new Set(pools.filter((pool) => pool.target === own.target && pool.name === own.pool).flatMap(hostsOf))
  return pools
    .filter((pool) => kindOf(pool.target) === kindOf(own.target) && !(pool.target === own.target && pool.name === own.pool))
    .filter((pool) => !hostsOf(pool).some((host) => hosts.has(host)))
    .map(poolRef)
}

/** The machines that a pool's servers run on; of one machine's own interface each address by itself. */
const hostsOf = ({ servers }: Pool): string[] =>
  servers.flatMap(({ address }) => {
    const host = address.replace(/:\d+$/, '')
    if (host === '') return []
    return /^(127\.|localhost$|\[?::1\]?$)/.test(host) ? [address] : [host]
  })

function nodesBeside(own: string, { rings, targets }: Topology): string[] {
  const facts = targets.find(({ name }) => name === own)
  const isKin = ({ name, replication, cluster }: TargetFacts) =>
    name !== own &&
    (replication === undefined || replication.role === 'primary') &&
    !(replication && replication.id === facts?.replication?.id) &&
    !(cluster && cluster.slots === 0)
  const inRing = new Set(
    rings
      .map(({ nodes }) => nodes.map(({ target }) => target))
      .filter((nodes) => nodes.includes(own))
      .flat(),
  )
  const inCluster = (target: TargetFacts) => facts?.cluster !== undefined && target.cluster?.id === facts.cluster.id
  return targets.filter((target) => isKin(target) && (inRing.has(target.name) || inCluster(target))).map(({ name }) => name)
}

/** Everything that is called from a thing, however indirectly, and everything that calls it. What merely calls the same is not in it. */
const chainOf = (own: Ref, edges: readonly Edge[]): Ref[] => [...along('from', own, edges), ...along('to', own, edges)]

function along(end: 'from' | 'to', start: Ref, edges: readonly Edge[]): Ref[] {
  const other = end === 'from' ? 'to' : 'from'
  const found = new Map<string, Ref>()
  const next = [start]
  for (const ref of next)
    for (const edge of edges) {
      if (found.has(refText(edge[other])) || !(isWithin(edge[end], ref) || isWithin(ref, edge[end]))) continue
      found.set(refText(edge[other]), edge[other])
      next.push(edge[other])
    }
  return [...found.values()]
}
