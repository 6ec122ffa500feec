import type { Causality, CauseRule } from '../../model/cause.ts'
import type { Finding } from '../../model/finding.ts'
import { labelsKey } from '../../model/series.ts'
import type { Topology } from '../../model/topology.ts'
import { type Places, placesIn } from './places.ts'

/** That one finding may have brought about another: a causal rule allows it, edges connect them, and the times fit. */
export type Link = { cause: Finding; effect: Finding; rule: CauseRule }

/** An effect may be found this long before its cause: rules take different times to see what happens at once. */
const SEEN_APART_MS = 10_000
/** A time to live with its jitter: what was written together ends within this part of it. */
const TTL_SPREAD = 0.2
/** Things of one tier that may have brought about one effect; more say nothing more. */
const CAUSES_MAX = 4
/** Findings of one rule in one place that are held against an effect, the newest first. */
const LOOKS_MAX = 16

/** All links between findings. Each effect is held against the newest causes in the places that its rule can follow from: linear in the findings. */
export function linksOf(
  findings: readonly Finding[],
  topology: Topology,
  { rules }: Pick<Causality, 'rules'>,
  places = placesIn(topology),
): Link[] {
  const byEffect = Map.groupBy(rules, ({ effect }) => effect)
  const causes = indexOf(findings, new Set(rules.map(({ cause }) => cause)), places)
  const ttlsMs = [...new Set(topology.ttls.map(({ ttlMs }) => ttlMs))]
  const links: Link[] = []
  for (const effect of findings) {
    const own = byEffect.get(effect.rule)
    const place = own && places.of(effect.subject)
    if (!place) continue
    for (const rule of own) {
      const there = causes.get(rule.cause)
      if (!there) continue
      const tiers = place.at[rule.along]
      const look = (found: readonly Finding[]) => {
        for (const cause of newestOf(found, effect, rule, ttlsMs, places)) links.push({ cause, effect, rule })
      }
      // Whichever of both is shorter is walked.
      if (there.size < tiers.size) {
        for (const [tier, found] of there) if (tiers.has(tier)) look(found)
      } else
        for (const tier of tiers) {
          const found = there.get(tier)
          if (found) look(found)
        }
    }
  }
  return links
}

type ByTier = ReadonlyMap<string, readonly Finding[]>

/** By rule and tier, the oldest first. */
function indexOf(findings: readonly Finding[], rules: ReadonlySet<string>, places: Places): ReadonlyMap<string, ByTier> {
  const index = new Map<string, Map<string, Finding[]>>()
  for (const finding of findings) {
    if (!rules.has(finding.rule)) continue
    const tier = places.of(finding.subject)?.tier
    if (tier === undefined) continue
    const ofRule = index.get(finding.rule) ?? new Map<string, Finding[]>()
    index.set(finding.rule, ofRule)
    const known = ofRule.get(tier)
    if (known) known.push(finding)
    else ofRule.set(tier, [finding])
  }
  for (const ofRule of index.values()) for (const found of ofRule.values()) found.sort((a, b) => a.since - b.since)
  return index
}

const NONE: readonly Finding[] = []

/** The newest that fits of each subject. */
function newestOf(
  found: readonly Finding[],
  effect: Finding,
  rule: CauseRule,
  ttlsMs: readonly number[],
  places: Places,
): readonly Finding[] {
  const last = lastBefore(found, effect.since + SEEN_APART_MS)
  // What began too long ago is followed by none in between: of most things that is all.
  const oldest = rule.lasting || rule.echo ? Number.NEGATIVE_INFINITY : effect.since - rule.withinMs
  let fits: Finding[] | null = null
  for (let at = last; at >= 0 && at > last - LOOKS_MAX && (fits?.length ?? 0) < CAUSES_MAX; at--) {
    const cause = found[at]!
    if (cause.since < oldest) break
    if (cause.id === effect.id || !timesFit(cause, effect, rule, ttlsMs)) continue
    if (!places.lieSo(rule.along, cause.subject, effect.subject)) continue
    fits ??= []
    if (!fits.some(({ subject }) => labelsKey(subject) === labelsKey(cause.subject))) fits.push(cause)
  }
  return fits ?? NONE
}

/** Where the newest stands that began by then; -1 where none did. */
function lastBefore(found: readonly Finding[], at: number): number {
  let [low, high] = [0, found.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (found[middle]!.since <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

function timesFit(cause: Finding, effect: Finding, { withinMs, lasting, echo }: CauseRule, ttlsMs: readonly number[]): boolean {
  const after = effect.since - cause.since
  if (echo) return [...ttlsMs, effect.ttlMs ?? 0].some((ttl) => ttl > 0 && Math.abs(after - ttl) <= TTL_SPREAD * ttl + withinMs)
  // Two of one rule tell nothing of which came first but by their times.
  if (after < (cause.rule === effect.rule ? 1 : -SEEN_APART_MS)) return false
  if (after <= withinMs) return true
  return lasting === true && effect.since <= (cause.resolvedAt ?? Number.POSITIVE_INFINITY) + withinMs
}
