import { neighboursOf } from '../../model/edges.ts'
import type { Finding } from '../../model/finding.ts'
import { isWithin, type Ref, refText, tierOf } from '../../model/ref.ts'
import type { Topology } from '../../model/topology.ts'

/** What a finding is about with what that is a part of, and what calls it or is called by it: as texts of refs. */
export type Touches = { own: ReadonlySet<string>; beside: ReadonlySet<string> }

/** Whether two findings may have one cause: one is about a part of the other, or one calls the other. Two that a third one calls are two incidents. */
export const meet = (one: Touches, other: Touches): boolean =>
  !one.own.isDisjointFrom(other.own) || !one.own.isDisjointFrom(other.beside) || !one.beside.isDisjointFrom(other.own)

const NOTHING: Touches = { own: new Set(), beside: new Set() }

/** What each finding touches. Thousands of findings are about a few things: each is worked out once. */
export function touching(topology: Topology): (finding: Pick<Finding, 'subject'>) => Touches {
  const known = new Map<string, Touches>()
  const ringsOf = Map.groupBy(
    topology.rings.flatMap(({ name, nodes }) => nodes.map(({ target }) => ({ name, target }))),
    ({ target }) => target,
  )
  return ({ subject }) => {
    const tier = tierOf(subject)
    if (!tier) return NOTHING
    const key = refText(tier)
    const found = known.get(key) ?? touchedBy(tier, topology, ringsOf)
    known.set(key, found)
    return found
  }
}

/** `ringsOf`: the rings of each cache, by its target. */
function touchedBy(tier: Ref, { rings, edges }: Topology, ringsOf: ReadonlyMap<string | undefined, readonly { name: string }[]>): Touches {
  const own: Ref[] = [tier]
  for (const { name, nodes } of rings)
    if (isWithin({ ring: name }, tier)) own.push(...nodes.flatMap(({ target }) => (target === undefined ? [] : [{ target }])))
  if ('target' in tier && isWithin({ target: tier.target }, tier))
    own.push(...(ringsOf.get(tier.target) ?? []).map(({ name }) => ({ ring: name })))
  const beside = own.flatMap((ref) => neighboursOf(ref, edges))
  // The balancer of a pool: when it is down, its pools are.
  if ('pool' in tier) own.push({ target: tier.target })
  return { own: new Set(own.map(refText)), beside: new Set(beside.map(refText)) }
}
