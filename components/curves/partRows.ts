import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { globMatches } from '@/lib/model/glob.ts'
import type { PartRule } from './partRule.ts'

/** One part of the keys as the lab lists it. */
export type PartRow = {
  match: string
  /** The policy that sets its TTL; null: where keys are written alone. */
  policy: TtlPolicyView | null
  /** What was chosen of it; null: as it is. */
  rule: PartRule | null
}

/** More are too many to look at; what was chosen always stands there. */
const ROWS_MOST = 10

type Read = { pattern: string; readsShare: number }

/**
 * The parts of the keys that are listed: those that were changed, then each TTL policy of which keys are read, then the patterns that are read
 * most and that none of those covers. In this order they are asked too: a key is in the first that matches.
 */
export function partRows(changed: readonly PartRule[], policies: readonly TtlPolicyView[], patterns: readonly Read[]): PartRow[] {
  const rows: PartRow[] = changed.map((rule) => ({
    match: rule.match,
    policy: policies.find(({ match }) => match === rule.match) ?? null,
    rule,
  }))
  const add = (match: string, policy: TtlPolicyView | null) => {
    if (rows.length < ROWS_MOST && !rows.some((row) => row.match === match)) rows.push({ match, policy, rule: null })
  }
  for (const policy of policies) if (patterns.some(({ pattern }) => globMatches(policy.match, pattern))) add(policy.match, policy)
  for (const { pattern } of patterns) if (!rows.some(({ match }) => globMatches(match, pattern))) add(globOf(pattern), null)
  return rows
}

/** A pattern as the glob that matches it: what a glob takes for more than itself has a backslash before it, but stars. */
const globOf = (pattern: string) => pattern.replaceAll(/[\\?[]/g, '\\$&')

/** The parts with one of them chosen anew; null: as it is again. */
export function withPart(parts: readonly PartRule[], match: string, ttl: PartRule['ttl'] | null): PartRule[] {
  if (ttl === null) return parts.filter((part) => part.match !== match)
  const next = { match, ttl }
  return parts.some((part) => part.match === match) ? parts.map((part) => (part.match === match ? next : part)) : [...parts, next]
}
