import { EvenkeelError } from './error.ts'
import { compilePattern } from './linearPattern.ts'
import type { Matcher, MatcherOp } from './matcher.ts'
import type { Labels } from './series.ts'

const MATCHER = /^([A-Za-z_]\w*)\s*(=~|!~|!=|=)(.*)$/s
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s
const LENGTH_MAX = 2_000

/** `target=~"cache-.*"`, read. The value may stand without quotes. Throws `invalid`, which says what is wrong with it. */
export function parseMatcher(text: string): Matcher {
  if (text.length > LENGTH_MAX) throw new EvenkeelError('invalid', `longer than ${LENGTH_MAX} characters`)
  const [, label, op, rest] = MATCHER.exec(text.trim()) ?? []
  const written = rest?.trim()
  if (label === undefined || written === undefined)
    throw new EvenkeelError('invalid', 'expected LABEL, one of = != =~ !~, and a value: target=~"cache-.*"')
  const quoted = QUOTED.exec(written)
  if (!quoted && written.includes('"'))
    throw new EvenkeelError('invalid', 'expected the value in one pair of double quotes, with \\" for one inside')
  const value = quoted ? quoted[1]!.replace(/\\(.)/gs, (both, one: string) => UNESCAPED[one] ?? both) : written
  const matcher: Matcher = { label, op: op as MatcherOp, value }
  if (isPattern(matcher)) compilePattern(value)
  return matcher
}

export function matcherFits({ label, op, value }: Matcher, labels: Labels): boolean {
  const own = labels[label] ?? ''
  if (op === '=') return own === value
  if (op === '!=') return own !== value
  return compilePattern(value)(own) === (op === '=~')
}

export type Conditions = { match: Labels; matchers: Matcher[] }

/** The same conditions with whatever says that a label is equal among the labels to match: those are compared without a pattern. */
export function conditionsOf({ match, matchers }: { match: Labels; matchers: readonly Matcher[] }): Conditions {
  const equal: Record<string, string> = { ...match }
  const others = matchers.filter(({ label, op, value }) => {
    // An empty value is that of an absent label too.
    if (op !== '=' || value === '' || Object.hasOwn(equal, label)) return true
    equal[label] = value
    return false
  })
  return { match: equal, matchers: others }
}

/** Other escapes stay as they are, so that `"\d+"` is the pattern that it looks like. */
const UNESCAPED: Record<string, string> = { n: '\n', '"': '"', '\\': '\\' }

const isPattern = ({ op }: Matcher): boolean => op === '=~' || op === '!~'
