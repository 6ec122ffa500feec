import type { Edge } from '../model/edges.ts'
import type { Fleet } from '../model/fleet.ts'
import { globMatches } from '../model/glob.ts'
import { groupOfPool } from '../model/group.ts'
import { isWithin, type PoolRef, poolRef, type Ref, refOf, refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import { existsIn, readSetting, type SettingText } from '../model/setting.ts'
import { SLOTS_NAME } from '../model/slots.ts'
import type { Pool, TargetFacts, Topology } from '../model/topology.ts'

/** More tell no more, and each is measured at every tick. */
const SIBLINGS_MOST = 8

type Steps = readonly { setting: SettingText }[]

/** What control groups are chosen by. `mayHold`: whether keys that a glob matches may be on a target; only what was sampled can exclude it. */
export type Known = { topology: Topology; mayHold(target: string, glob: string): boolean }

/** The sampled patterns of a target tell what it holds when they cover this part of its keys. */
const PATTERNS_LEAST = 0.9

export function knownOf(fleet: Pick<Fleet, 'topology' | 'window'>): Known {
  const records = fleet.window(1)
  return {
    topology: fleet.topology(),
    mayHold(target, glob) {
      const patterns = records.records('key-pattern', target)
      const covered = patterns.reduce((sum, { share }) => sum + share, 0)
      // Either may be the wider one.
      return covered < PATTERNS_LEAST || patterns.some(({ pattern }) => globMatches(glob, pattern) || globMatches(pattern, glob))
    },
  }
}

/**
 * The control group of a metric of the changed thing, by the labels of its members: other pools of the same kind of balancer; other nodes of the
 * same ring or Cluster, and where the change reaches all of those, caches of the same kind that it does not reach; other rings; other Clusters.
 * Empty where the change is not on that very thing (its effect could reach the others the same way), and without whatever is before or behind it
 * in the chain of tiers or shares its machines.
 */
export function siblingsOf(steps: Steps, { server: _, ...where }: Labels, known: Known): Labels[] {
  const { topology } = known
  const chained = chainOf(namesOf(where, topology), topology.edges)
  return besides(steps, where, known)
    .filter((labels) => !namesOf(labels, topology).some((name) => chained.some((one) => isWithin(name, one) || isWithin(one, name))))
    .sort((a, b) => Number(b.target === where.target) - Number(a.target === where.target) || (textOf(a) < textOf(b) ? -1 : 1))
    .slice(0, SIBLINGS_MOST)
    .map((labels) => ({ ...where, ...labels }))
}

const textOf = (labels: Labels) => labels.cluster ?? refText(refOf(labels)!)

function besides(steps: Steps, where: Labels, known: Known): Labels[] {
  const { topology } = known
  if (steps.length === 0 || where.cache !== undefined) return []
  const apart = (found: Labels[]) =>
    steps.every((step) => touches([step], where, known)) ? found.filter((labels) => !touches(steps, labels, known)) : []
  if (where.ring !== undefined) return where.node === undefined ? apart(ringsBeside(where.ring, topology)) : []
  if (where.cluster !== undefined) return apart(clustersBeside(where.cluster, topology))
  const own = refOf(where)
  if (!own || !('target' in own)) return []
  const settings = steps.map(({ setting }) => readSetting(setting, existsIn(topology.pools)))
  if (settings.every(({ of, name }) => isWithin(of, own) && !SLOTS_NAME.test(name)))
    return 'pool' in own ? poolsBeside(own, topology) : nodesBeside(own.target, topology)
  if ('pool' in own || !settings.every(({ of, name }) => 'ring' in of || 'ttl' in of || SLOTS_NAME.test(name))) return []
  return apart(cachesBeside(own.target, topology))
}

/** Whether steps touch what these labels name: then it is no control of anything while they are watched. */
export function touches(steps: Steps, where: Labels, { topology, mayHold }: Known): boolean {
  const members = membersOf(where, topology)
  const isMember = (target: string | undefined) => target !== undefined && members.includes(target)
  return steps.some(({ setting }) => {
    const { of, name } = readSetting(setting, existsIn(topology.pools))
    if ('ttl' in of) {
      const policy = topology.ttls.find((ttl) => ttl.name === of.ttl)
      return where.pool === undefined && members.some((target) => !policy || mayHold(target, policy.match))
    }
    if ('ring' in of)
      return (
        where.ring === of.ring || topology.rings.some((ring) => ring.name === of.ring && ring.nodes.some(({ target }) => isMember(target)))
      )
    if (where.pool !== undefined) return of.target === where.target && (!('pool' in of) || of.pool === where.pool)
    // Slots go to the other nodes.
    if (SLOTS_NAME.test(name)) return clusterMates(of.target, topology).some(isMember)
    return !('pool' in of) && isMember(of.target)
  })
}

/** The targets that labels speak of: the nodes of a ring or Cluster, or one. */
function membersOf({ ring, cluster, target }: Labels, { rings, targets }: Topology): string[] {
  if (ring !== undefined)
    return rings.filter(({ name }) => name === ring).flatMap(({ nodes }) => nodes.flatMap((node) => node.target ?? []))
  if (cluster !== undefined) return targets.filter((facts) => facts.cluster?.id === cluster).map(({ name }) => name)
  return target === undefined ? [] : [target]
}

const clusterMates = (own: string, { targets }: Topology): string[] => {
  const id = targets.find(({ name }) => name === own)?.cluster?.id
  return id === undefined ? [own] : targets.filter(({ cluster }) => cluster?.id === id).map(({ name }) => name)
}

/** The refs by which edges may lead to what labels name. */
function namesOf(labels: Labels, topology: Topology): Ref[] {
  if (labels.pool !== undefined) return [refOf(labels)!]
  const members = membersOf(labels, topology)
  const rings = topology.rings.filter(({ nodes }) => nodes.some(({ target }) => target !== undefined && members.includes(target)))
  return [...members.map((target) => ({ target })), ...rings.map(({ name }) => ({ ring: name }))]
}

function poolsBeside(own: PoolRef, topology: Topology): PoolRef[] {
  const { pools, targets } = topology
  const kindOf = (target: string) => targets.find(({ name }) => name === target)?.kind
  // Of a group its other balancers are alike in all: they are better than any that are not, and have the same servers.
  const alike = groupOfPool({ target: own.target, name: own.pool }, topology)?.targets
  if (alike) return alike.filter((target) => target !== own.target).map((target) => ({ target, pool: own.pool }))
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

/** Other primaries, which are no copies of it. */
function kinOf(own: string, targets: readonly TargetFacts[]): TargetFacts[] {
  const facts = targets.find(({ name }) => name === own)
  return targets.filter(
    ({ name, replication, cluster }) =>
      name !== own &&
      (replication === undefined || replication.role === 'primary') &&
      !(replication && replication.id === facts?.replication?.id) &&
      !(cluster && cluster.slots === 0),
  )
}

function nodesBeside(own: string, { rings, targets }: Topology): Labels[] {
  const cluster = targets.find(({ name }) => name === own)?.cluster
  const inRing = new Set(rings.map(({ nodes }) => nodes.map(({ target }) => target)).filter((nodes) => nodes.includes(own)).flat()) // biome-ignore format: one line
  return kinOf(own, targets)
    .filter((target) => inRing.has(target.name) || (cluster !== undefined && target.cluster?.id === cluster.id))
    .map(({ name }) => ({ target: name }))
}

function cachesBeside(own: string, { targets }: Topology): Labels[] {
  const facts = targets.find(({ name }) => name === own)
  return kinOf(own, targets)
    .filter(({ kind, role }) => kind === facts?.kind && role === facts.role)
    .map(({ name }) => ({ target: name }))
}

/** Rings that have no node in common with it. */
function ringsBeside(own: string, topology: Topology): Labels[] {
  const members = membersOf({ ring: own }, topology)
  return topology.rings
    .filter(({ name, nodes }) => name !== own && !nodes.some(({ target }) => target !== undefined && members.includes(target)))
    .map(({ name }) => ({ ring: name }))
}

const clustersBeside = (own: string, { targets }: Topology): Labels[] =>
  [...new Set(targets.flatMap(({ cluster }) => cluster?.id ?? []))].filter((id) => id !== own).map((cluster) => ({ cluster }))

/** Everything that is called from a thing, however indirectly, and everything that calls it. What merely calls the same is not in it. */
const chainOf = (own: readonly Ref[], edges: readonly Edge[]): Ref[] => [...along('from', own, edges), ...along('to', own, edges)]

function along(end: 'from' | 'to', start: readonly Ref[], edges: readonly Edge[]): Ref[] {
  const other = end === 'from' ? 'to' : 'from'
  const found = new Map<string, Ref>()
  const next = [...start]
  for (const ref of next)
    for (const edge of edges) {
      if (found.has(refText(edge[other])) || !(isWithin(edge[end], ref) || isWithin(ref, edge[end]))) continue
      found.set(refText(edge[other]), edge[other])
      next.push(edge[other])
    }
  return [...found.values()]
}
