import type { Finding, Verdict } from '../model/finding.ts'
import type { Labels } from '../model/series.ts'

/** A finding with the state that only the engine needs. */
export type Life = { finding: Finding; clearSince: number | null }

export type LifeContext = {
  rule: string
  now: number
  settings: { for: number; resolveAfter: number }
  newId: () => string
  /** The labels that the configuration gives to what a subject is about. */
  labelsOf?(subject: Labels): Labels | undefined
}

/** Timeout of a pending finding without another verdict (or twice its `for`, where that is longer): the first verdict was a transient. */
const PENDING_MS = 30_000

/**
 * The state table of a finding. `null` stands for none, as a state and as a verdict (the rule did not mention the subject).
 *
 * | | found | clear | unjudged or not mentioned |
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

function found(life: Life | null, verdict: Verdict & { is: 'found' }, { rule, now, settings, newId, labelsOf }: LifeContext): Life {
  const { subject, severity, summary, evidence, ttlMs } = verdict
  const before = life?.finding ?? { id: newId(), rule, subject, state: 'pending' as const, since: now }
  const { stale: _, labels: __, ...known } = before as Finding
  const labels = labelsOf?.(subject)
  const finding: Finding = {
    ...known,
    severity,
    summary,
    evidence,
    seenAt: now,
    ...(labels && { labels }),
    ...(ttlMs !== undefined && { ttlMs }),
  }
  if (finding.state === 'pending' && now - finding.since >= settings.for) {
    finding.state = 'firing'
    finding.firingAt = now
  }
  return { finding, clearSince: null }
}

export const resolved = (finding: Finding, now: number): Finding => ({ ...finding, state: 'resolved', resolvedAt: now })
