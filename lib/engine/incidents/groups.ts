import type { Causality } from '../../model/cause.ts'
import type { Finding } from '../../model/finding.ts'
import { labelsKey } from '../../model/series.ts'
import type { Topology } from '../../model/topology.ts'
import { type Outage, outagesOf } from './hosts.ts'
import { type Link, linksOf } from './links.ts'
import { placesIn } from './places.ts'

/** An incident: findings of one cause, the oldest first, with the links between them. Named after the finding of it that fired first, so its id stays while others join. */
export type Group = { id: string; since: number; findings: Finding[]; links: Link[]; outages: Outage[] }

/** Findings on one thing that begin within this time of each other are one incident, linked or not. */
const TOGETHER_MS = 120_000
/** What was over and is found again within this time is the same incident: it flaps. */
const AGAIN_MS = 600_000

/**
 * Findings as incidents: what a causal link connects, what went down with one host, and what begins together on one thing. What merely happens at
 * the same time elsewhere is another incident. Two incidents that a link connects become one, under the older id. A note (`info`) is no incident
 * by itself: it stands in one where it is a link of the chain.
 */
export function groupFindings(all: readonly Finding[], topology: Topology, causality: Causality): Group[] {
  const findings = all.toSorted((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1))
  const places = placesIn(topology)
  const links = linksOf(findings, topology, causality, places)
  const outages = outagesOf(findings, topology)
  const sets = new DisjointSets<Finding>()
  for (const { cause, effect } of links) sets.join(cause, effect)
  for (const outage of outages) for (const finding of outage.findings) sets.join(outage.findings[0]!, finding)
  for (const [one, other] of neighbours(findings, (finding) => places.of(finding.subject)?.tier ?? null)) sets.join(one, other)

  const groups = new Map<Finding, Group>()
  for (const finding of findings) {
    const root = sets.rootOf(finding)
    const known = groups.get(root)
    if (known) known.findings.push(finding)
    else groups.set(root, { id: finding.id, since: finding.since, findings: [finding], links: [], outages: [] })
  }
  for (const link of links) groups.get(sets.rootOf(link.cause))!.links.push(link)
  for (const outage of outages) groups.get(sets.rootOf(outage.findings[0]!))!.outages.push(outage)
  return [...groups.values()].filter(({ findings }) => findings.some(isAlarm)).map((group) => ({ ...group, id: firstToFire(group).id }))
}

const isAlarm = ({ severity }: Finding): boolean => severity !== 'info'

const firedAt = ({ firingAt, since }: Finding): number => firingAt ?? since

/** A note that joins later may be older: it gives no name. */
const firstToFire = ({ findings }: Group): Finding =>
  findings.filter(isAlarm).reduce((first, next) => (firedAt(next) < firedAt(first) ? next : first))

/** Pairs of findings that need no link to be of one incident: they begin together on one thing, or one is the other again. Notes are in none. */
function* neighbours(findings: readonly Finding[], tierOf: (finding: Finding) => string | null): Generator<[Finding, Finding]> {
  const newestIn = new Map<string, Finding>()
  const newestOf = new Map<string, Finding>()
  for (const finding of findings) {
    if (!isAlarm(finding)) continue
    const tier = tierOf(finding)
    const beside = tier === null ? undefined : newestIn.get(tier)
    if (beside && finding.since - beside.since <= TOGETHER_MS) yield [beside, finding]
    if (tier !== null) newestIn.set(tier, finding)
    const name = `${finding.rule} ${labelsKey(finding.subject)}`
    const before = newestOf.get(name)
    if (before && finding.since - (before.resolvedAt ?? Number.POSITIVE_INFINITY) <= AGAIN_MS) yield [before, finding]
    newestOf.set(name, finding)
  }
}

/** Union-find. */
class DisjointSets<T> {
  readonly #parents = new Map<T, T>()

  rootOf(one: T): T {
    let root = one
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root)) root = parent
    // Path compression: the next look is short.
    for (let at = one; at !== root; ) {
      const parent = this.#parents.get(at)!
      this.#parents.set(at, root)
      at = parent
    }
    return root
  }

  join(one: T, other: T): void {
    const [a, b] = [this.rootOf(one), this.rootOf(other)]
    if (a !== b) this.#parents.set(b, a)
  }
}
