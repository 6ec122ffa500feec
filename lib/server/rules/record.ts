import { median } from '../../math/robust.ts'
import type { RuleRecord } from '../../model/answers/rule.ts'
import type { Change } from '../../model/change.ts'
import { type Finding, subjectName } from '../../model/finding.ts'
import { iso } from '../http/iso.ts'

const SUBJECTS_SHOWN = 5

/**
 * The record of a rule on this fleet: what it found, how soon, how long it lasted, and what people said of it. `findings` and `changes` are
 * all that are remembered; resolved findings are for 90 days.
 */
export function ruleRecord(rule: string, findings: readonly Finding[], changes: readonly Change[]): RuleRecord {
  const fired = findings.filter((finding) => finding.rule === rule && finding.firingAt !== undefined)
  const ids = new Set(fired.map(({ id }) => id))
  const answered = changes.filter(({ finding }) => finding !== undefined && ids.has(finding))
  const ended = fired.filter(({ resolvedAt }) => resolvedAt !== undefined)
  const oldest = Math.min(...findings.map(({ since }) => since))
  const last = Math.max(...fired.map(({ firingAt }) => firingAt!))
  const bySubject = Map.groupBy(fired, ({ subject }) => subjectName(subject))
  return {
    since: findings.length > 0 ? iso(oldest) : null,
    fired: fired.length,
    firing: fired.filter(({ state }) => state === 'firing').length,
    notAProblem: fired.filter(({ feedback }) => feedback?.isProblem === false).length,
    acknowledged: fired.filter(({ acknowledged }) => acknowledged !== undefined).length,
    lastAt: fired.length > 0 ? iso(last) : null,
    toFireMs: median(fired.map(({ since, firingAt }) => Math.max(0, firingAt! - since))),
    lastedMs: median(ended.map(({ firingAt, resolvedAt }) => Math.max(0, resolvedAt! - firingAt!))),
    changes: { applied: answered.length, improved: answered.filter(({ verdict }) => verdict === 'improved').length },
    subjects: [...bySubject]
      .map(([name, of]) => ({ name, fired: of.length }))
      .sort((a, b) => b.fired - a.fired || (a.name < b.name ? -1 : 1))
      .slice(0, SUBJECTS_SHOWN),
  }
}
