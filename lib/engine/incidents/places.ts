import type { Along } from '../../model/cause.ts'
import { type Ref, refText, tierOf } from '../../model/ref.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'
import type { Topology } from '../../model/topology.ts'

/** Where a finding is: its tier, and the tiers where a cause of it may be, by how they lie to it. All as texts of refs. */
export type Place = { tier: string; at: Readonly<Record<Along, ReadonlySet<string>>> }

export interface Places {
  /** Null of a subject that names nothing in the fleet. */
  of(subject: Labels): Place | null
  /** Whether two subjects, of which the tier of the cause is among those that the effect's place names, lie so: parts of one tier are told apart. */
  lieSo(along: Along, cause: Labels, effect: Labels): boolean
}

/** The places of a topology. Thousands of findings are about a few things: each is worked out once. */
export function placesIn(topology: Topology): Places {
  const known = new Map<string, Place>()
  /** A finding's subject is asked for several times. */
  const ofSubject = new WeakMap<Labels, Place | null>()
  const groups = new Groups(topology)

  function of(subject: Labels): Place | null {
    const before = ofSubject.get(subject)
    if (before !== undefined) return before
    const place = worked(subject)
    ofSubject.set(subject, place)
    return place
  }

  function worked(subject: Labels): Place | null {
    const tier = tierOf(subject)
    if (!tier) return null
    const key = `${refText(tier)} ${subject.ring === undefined ? '' : (subject.node ?? '')}`
    const place = known.get(key) ?? placeOf(tier, subject.node, groups)
    known.set(key, place)
    return place
  }

  return {
    of,
    lieSo(along, cause, effect) {
      const [one, other] = [of(cause), of(effect)]
      if (!one || !other) return false
      if (one.tier === other.tier) {
        const nested = labelsMatch(cause, effect) || labelsMatch(effect, cause)
        return along === 'same' ? nested : along === 'beside' ? !nested : false
      }
      // One node of a ring lies on its own server alone.
      const node = cause.ring !== undefined && cause.node !== undefined ? groups.targetOf(cause.ring, cause.node) : undefined
      return along !== 'same' || node === undefined || effect.target === undefined || node === effect.target
    },
  }
}

/** Targets that share a load, from the topology: by ring, cluster and family of replicas. */
class Groups {
  readonly #nodes = new Map<string, { node: string; target: string }[]>()
  readonly #ringsOf = new Map<string, string[]>()
  readonly #families = new Map<string, string[]>()
  readonly #poolsOf = new Map<string, Ref[]>()
  readonly #familyKeys = new Map<string, string[]>()
  /** Edges by each thing that the end is, or is a part of. */
  readonly #edges = { from: new Map<string, Ref[]>(), to: new Map<string, Ref[]>() }

  constructor({ rings, targets, pools, edges }: Topology) {
    for (const { from, to } of edges) {
      for (const whole of wholesOf(from)) put(this.#edges.from, whole, to)
      for (const whole of wholesOf(to)) put(this.#edges.to, whole, from)
    }
    for (const { name, nodes } of rings) {
      const watched = nodes.flatMap(({ name: node, target }) => (target === undefined ? [] : [{ node, target }]))
      this.#nodes.set(name, watched)
      for (const { target } of watched) put(this.#ringsOf, target, name)
    }
    for (const { name, cluster, replication } of targets)
      for (const key of [cluster && `cluster ${cluster.id}`, replication && `replicas ${replication.id}`])
        if (key) {
          put(this.#families, key, name)
          put(this.#familyKeys, name, key)
        }
    for (const { target, name } of pools) put(this.#poolsOf, target, { target, pool: name })
  }

  targetOf = (ring: string, node: string): string | undefined => this.#nodes.get(ring)?.find((one) => one.node === node)?.target
  nodesOf = (ring: string): Ref[] => (this.#nodes.get(ring) ?? []).map(({ target }) => ({ target }))
  ringsOf = (target: string): Ref[] => (this.#ringsOf.get(target) ?? []).map((ring) => ({ ring }))
  poolsOf = (target: string): Ref[] => this.#poolsOf.get(target) ?? []
  /** What is called from a thing or a part of it (`to`), or calls it. */
  along = (end: 'from' | 'to', tier: string): Ref[] => this.#edges[end === 'to' ? 'from' : 'to'].get(tier) ?? []
  /** Those with which a target shares a load. */
  besideOf(target: string): Ref[] {
    const family = (this.#familyKeys.get(target) ?? []).flatMap((key) => (this.#families.get(key) ?? []).map((name) => ({ target: name })))
    const nodes = (this.#ringsOf.get(target) ?? []).flatMap((ring) => this.nodesOf(ring))
    return [...family, ...nodes].filter((ref) => !('target' in ref) || ref.target !== target)
  }
}

function put<T>(all: Map<string, T[]>, key: string, value: T): void {
  const known = all.get(key)
  if (known) known.push(value)
  else all.set(key, [value])
}

function placeOf(tier: Ref, node: string | undefined, groups: Groups): Place {
  const own = ownOf(tier, node, groups)
  const texts = (refs: readonly Ref[]) => new Set(refs.map(refText))
  const alone = 'target' in tier && !('pool' in tier)
  return {
    tier: refText(tier),
    at: {
      same: texts(own),
      behind: texts(reached('to', alone ? [tier, ...groups.ringsOf(tier.target)] : [tier], groups)),
      before: texts(reached('from', alone ? [tier, ...groups.ringsOf(tier.target)] : [tier], groups)),
      beside: texts([tier, ...(alone ? groups.besideOf(tier.target) : [])]),
    },
  }
}

/** A tier with what it is a part of, and what are parts of it. */
function ownOf(tier: Ref, node: string | undefined, groups: Groups): Ref[] {
  if ('ring' in tier) {
    const target = node === undefined ? undefined : groups.targetOf(tier.ring, node)
    return [tier, ...(node === undefined ? groups.nodesOf(tier.ring) : target === undefined ? [] : [{ target }])]
  }
  if (!('target' in tier)) return [tier]
  return 'pool' in tier ? [tier, { target: tier.target }] : [tier, ...groups.ringsOf(tier.target), ...groups.poolsOf(tier.target)]
}

/** A thing and all that it is a part of, as texts: `isWithin` by lookup. */
function wholesOf(ref: Ref): string[] {
  if ('server' in ref) return [refText(ref), refText({ target: ref.target, pool: ref.pool }), refText({ target: ref.target })]
  if ('pool' in ref || 'cache' in ref) return [refText(ref), refText({ target: ref.target })]
  return 'node' in ref ? [refText(ref), refText({ ring: ref.ring })] : [refText(ref)]
}

/** All that is called from there (`to`), or that calls it (`from`), through however many tiers. A ring stands for its nodes. Circles end where they began. */
function reached(end: 'from' | 'to', start: readonly Ref[], groups: Groups): Ref[] {
  const seen = new Map(start.map((ref) => [refText(ref), ref]))
  const found: Ref[] = []
  const visit = (ref: Ref) => {
    const text = refText(ref)
    if (seen.has(text)) return
    seen.set(text, ref)
    found.push(ref)
  }
  let begun = 0
  for (const [text, ref] of seen) {
    for (const next of groups.along(end, text)) visit(next)
    // What stands at the start is itself; its nodes and its balancer are not called from there.
    if (begun++ < start.length) continue
    if ('ring' in ref) for (const target of groups.nodesOf(ref.ring)) visit(target)
    // The balancer of a pool: when it is down, its pools are.
    if ('pool' in ref) visit({ target: ref.target })
  }
  return found
}
