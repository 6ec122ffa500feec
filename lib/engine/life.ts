import type { Finding, Verdict } from '../model/finding.ts'

/** A finding with what only the engine needs to know of it. */
export type Life = { finding: Finding; clearSince: number | null }

export type LifeContext = { rule: string; now: number; settings: { for: number; resolveAfter: number }; newId: () => string }

/** A pending subject of which nothing more was found for so long (or twice its `for`) is forgotten: its first verdict was a passing one. */
const PENDING_MS = 30_000

/**
 * The life of a finding. `null` stands for none, as a state and as a verdict (the subject was not spoken of).
 *
 * | | found | clear | unjudged or not spoken of |
 * |---|---|---|---|
 * | none | pending, or firing when `for` is 0 | none | none |
 * | pending | firing after `for` | none | pending; none after 30 s |
 * | firing | firing | resolved after `resolveAfter` of clear | firing, stale: loss of sight is no evidence |
 *
 * A resolved finding is over: the same subject found again is a new finding.
 */
export function nextLife(life: Life | null, verdict: Verdict | null, context: LifeContext): Life | null {
  const { now, settings } = context
  if (verdict?.is === 'found') return found(life, verdict, context)
  if (life === null) return null
  const { finding } = life
  if (verdict?.is === 'clear') {
    if (finding.state === 'pending') return null
    const clearSince = life.clearSince ?? now
    const { stale: _, ...seen } = finding
    return now - clearSince >= settings.resolveAfter ? { finding: resolved(seen, now), clearSince } : { finding: seen, clearSince }
  }
  if (finding.state === 'pending') return now - finding.seenAt > Math.max(2 * settings.for, PENDING_MS) ? null : life
  return { finding: { ...finding, stale: verdict?.because ?? 'the rule says nothing about it now' }, clearSince: life.clearSince }
}

function found(life: Life | null, verdict: Verdict & { is: 'found' }, { rule, now, settings, newId }: LifeContext): Life {
  const { subject, severity, summary, evidence } = verdict
  const before = life?.finding ?? { id: newId(), rule, subject, state: 'pending' as const, since: now }
  const { stale: _, ...known } = before as Finding
  const finding: Finding = { ...known, severity, summary, evidence, seenAt: now }
  if (finding.state === 'pending' && now - finding.since >= settings.for) {
    finding.state = 'firing'
    finding.firingAt = now
  }
  return { finding, clearSince: null }
}

export const resolved = (finding: Finding, now: number): Finding => ({ ...finding, state: 'resolved', resolvedAt: now })
