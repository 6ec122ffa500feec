import type { Causality } from '../../model/cause.ts'
import type { Finding } from '../../model/finding.ts'
import type { Topology } from '../../model/topology.ts'
import { TARGET_DOWN } from '../incidents/hosts.ts'
import { linksOf } from '../incidents/links.ts'

/** By id of a finding: the target that is down from which it follows. `until`: once that target answers again, how long its followers are held back still (epoch ms). */
export type Followers = ReadonlyMap<string, { by: Finding; until: number | null }>

/** What follows from a target that was down goes with it, or is told when that target has answered for this long. */
export const GRACE_MS = 60_000

export const NO_FOLLOWERS: Followers = new Map()

/** Targets that are down, or were until a moment ago. */
export const isDownNow = ({ rule, state, resolvedAt = 0 }: Finding, at: number): boolean =>
  rule === TARGET_DOWN && (state === 'firing' || (state === 'resolved' && at - resolvedAt < GRACE_MS))

/**
 * Inhibition by cause: what follows, through however many links, from a target that does not answer. `downs`: those targets' findings. None of
 * them is held back itself: each is news.
 */
export function followersOf(
  firing: readonly Finding[],
  downs: readonly Finding[],
  topology: Topology | null,
  causality: Causality | null,
): Followers {
  if (downs.length === 0 || !topology || !causality) return NO_FOLLOWERS
  const all = [...new Map([...firing, ...downs].map((finding) => [finding.id, finding])).values()].sort((a, b) => a.since - b.since)
  const effects = Map.groupBy(linksOf(all, topology, causality), ({ cause }) => cause.id)
  const followers = new Map<string, { by: Finding; until: number | null }>()
  // Those that still are down come first: while one is, its followers wait for it.
  for (const by of downs.toSorted((a, b) => Number(a.state === 'resolved') - Number(b.state === 'resolved'))) {
    const until = by.state === 'resolved' ? by.resolvedAt! + GRACE_MS : null
    const next = [by.id]
    for (const id of next)
      for (const { effect } of effects.get(id) ?? []) {
        if (effect.rule === TARGET_DOWN || followers.has(effect.id)) continue
        followers.set(effect.id, { by, until })
        next.push(effect.id)
      }
  }
  return followers
}
