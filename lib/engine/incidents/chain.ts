import type { Symptom } from '../../model/cause.ts'
import type { Finding } from '../../model/finding.ts'
import type { Group } from './groups.ts'
import type { Link } from './links.ts'

/**
 * The chain of an incident. `known`: one cause that explains others; `several`: more than one may have; `unknown`: what was seen first is only a
 * symptom, or nothing connects what was found.
 */
export type Chain = {
  is: 'known' | 'several' | 'unknown'
  /** Hosts that took all their targets. */
  hosts: string[]
  /** The causes; of an unknown one what was seen first. */
  first: Finding[]
  /** How many findings follow from these, and how many stand in the incident without a link to them. */
  follow: number
  beside: number
  /** The links, without those that others explain: of a, b and c in a row no link from a to c. */
  links: Link[]
}

export function chainOf({ findings, links, outages }: Group, symptoms: readonly Symptom[]): Chain {
  const effects = Map.groupBy(links, ({ cause }) => cause)
  const explained = new Set(links.map(({ effect }) => effect))
  const taken = new Set(outages.flatMap((outage) => outage.findings))
  const roots = findings.filter((finding) => effects.has(finding) && !explained.has(finding) && !taken.has(finding))
  const causes = roots.filter((finding) => !isSymptom(finding, symptoms))
  const hosts = outages.map(({ host }) => host)
  const count = causes.length + hosts.length
  const first = count > 0 ? causes : [roots[0] ?? findings[0]!]
  const following = reachedFrom([...first, ...taken], effects)
  for (const finding of taken) following.add(finding)
  for (const finding of first) following.delete(finding)
  return {
    is: count === 0 ? 'unknown' : count === 1 ? 'known' : 'several',
    hosts,
    first,
    follow: following.size,
    beside: findings.length - following.size - first.length,
    links: reduced(links, effects),
  }
}

const isSymptom = ({ rule, subject }: Finding, symptoms: readonly Symptom[]): boolean =>
  symptoms.some((symptom) => symptom.rule === rule && (!symptom.whole || subject.server === undefined))

type Effects = ReadonlyMap<Finding, readonly Link[]>

/** All that follows from these, through however many links. */
function reachedFrom(start: readonly Finding[], effects: Effects): Set<Finding> {
  const reached = new Set<Finding>()
  const next = [...start]
  for (const finding of next)
    for (const { effect } of effects.get(finding) ?? []) {
      if (reached.has(effect)) continue
      reached.add(effect)
      next.push(effect)
    }
  return reached
}

/** Transitive reduction. Links form no circle: no two rules bring about each other, and of one rule the older is the cause. */
function reduced(links: readonly Link[], effects: Effects): Link[] {
  const kept: Link[] = []
  for (const [, own] of effects) {
    const direct = own.map(({ effect }) => effect)
    const further = reachedFrom(direct, effects)
    const seen = new Set<Finding>()
    for (const link of own) {
      if (further.has(link.effect) || seen.has(link.effect)) continue
      seen.add(link.effect)
      kept.push(link)
    }
  }
  return kept.length === links.length ? [...links] : kept
}
