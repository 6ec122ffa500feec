import type { Finding } from '../model/finding.ts'

/** The rules that find a cache which came back empty. */
export const EMPTIED_RULES = ['cache/restart', 'cache/cold-start']
/** What was emptied longer ago is warm, or lost. */
const LATE_MS = 10 * 60_000
/** Two rules tell the same moment by different series: it is one cold start. */
export const SAME_MS = 10_000

/** A cold start: when the cache was emptied, and the findings that say so, the newest first. */
export type Emptied = { at: number; findings: string[]; rule: string }

/** The newest cold start that findings which fire tell of a cache; null: none, or too long ago. */
export function emptiedOf(findings: readonly Readonly<Finding>[], target: string, now: number): Emptied | null {
  const firing = findings
    .filter(({ rule, state, subject }) => state === 'firing' && EMPTIED_RULES.includes(rule) && subject.target === target && !subject.cache)
    .map(({ id, rule, evidence }) => ({ id, rule, at: Math.min(...evidence.map(({ from }) => from)) }))
    .sort((a, b) => b.at - a.at)
  const [newest] = firing
  if (!newest || now - newest.at > LATE_MS) return null
  const same = firing.filter(({ at }) => newest.at - at <= SAME_MS)
  return { at: same.at(-1)!.at, findings: same.map(({ id }) => id), rule: newest.rule }
}
