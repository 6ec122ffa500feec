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

/** Other escapes stay as they are, so that `"\d+"` is the pattern that it looks like. */
const UNESCAPED: Record<string, string> = { n: '\n', '"': '"', '\\': '\\' }

const isPattern = ({ op }: Matcher): boolean => op === '=~' || op === '!~'
