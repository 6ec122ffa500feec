import type { ReviewRow } from '../model/answers/review.ts'
import type { Labels } from '../model/series.ts'
import type { ReviewFacts } from './facts.ts'

const part = encodeURIComponent

/**
 * The change that is open for a thing: the proposal of the first firing finding about it, of one of these rules (`cache/`: all of a group).
 * Its finding where nothing is proposed; null where nothing fires.
 */
export function remedyFor({ pains }: Pick<ReviewFacts, 'pains'>, where: Labels, rules: readonly string[]): ReviewRow['change'] {
  const about = pains.filter(
    ({ finding: { rule, subject } }) =>
      rules.some((one) => (one.endsWith('/') ? rule.startsWith(one) : rule === one)) &&
      Object.entries(where).every(([name, value]) => subject[name] === value),
  )
  const found = about.find(({ proposal }) => proposal) ?? about[0]
  if (!found) return null
  const href = `/findings/${part(found.finding.id)}`
  return { text: found.proposal?.text ?? found.noRemedy ?? found.title, href }
}
