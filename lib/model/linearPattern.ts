import { RE2JS } from 're2js'
import { EvenkeelError } from './error.ts'

/** A regular expression that matches a text whole, in time linear in the text: people's patterns run at every tick, on the only thread. */
export type Pattern = (text: string) => boolean

/** Subjects repeat: what a pattern said of a text is asked at every tick. */
const REMEMBERED_MAX = 5_000
const COMPILED_MAX = 500
const LENGTH_MAX = 1_000
const compiled = new Map<string, Pattern>()

/** The pattern of a text in RE2's syntax; throws `invalid`, which says what is wrong with it. */
export function compilePattern(text: string): Pattern {
  const known = compiled.get(text)
  if (known) return known
  if (text.length > LENGTH_MAX) throw new EvenkeelError('invalid', `longer than ${LENGTH_MAX} characters`)
  if (nestsRepetition(text))
    throw new EvenkeelError(
      'invalid',
      'what repeats or has alternatives may not be repeated without end, as in (a+)+ or (a|b)*: it could run for ever',
    )
  let engine: RE2JS
  try {
    engine = RE2JS.compile(text, RE2JS.DOTALL)
  } catch (error) {
    throw new EvenkeelError('invalid', `not a pattern of RE2, ${String((error as Error).message).replace('error parsing regexp: ', '')}`)
  }
  const remembered = new Map<string, boolean>()
  const pattern = (value: string): boolean => {
    const before = remembered.get(value)
    if (before !== undefined) return before
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    const matches = engine.matches(value)
    remembered.set(value, matches)
    return matches
  }
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  compiled.set(text, pattern)
  return pattern
}

/** Beyond this a bounded repetition is as bad as one without end. */
const REPEATS_MAX = 10

/**
 * Whether it repeats a group that repeats or has alternatives. RE2 matches those in linear time too, but slowly, other engines take for ever, and
 * nobody needs them to name a server.
 */
function nestsRepetition(pattern: string): boolean {
  /** For each open group: whether something in it repeats or is an alternative. */
  const open = [false]
  const tokens = pattern.matchAll(/\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|[()|]|([*+]|\{(\d+)(,?)(\d*)\})|./gs)
  let closed = false
  for (const [token, repeat, , comma, most] of tokens) {
    const many = repeat !== undefined && repeats(repeat, comma, most)
    if (many && closed) return true
    if (many || token === '|') open[open.length - 1] = true
    closed = false
    if (token === '(') open.push(false)
    else if (token === ')' && open.length > 1) {
      closed = open.pop()!
      if (closed) open[open.length - 1] = true
    }
  }
  return false
}

/** Whether a quantifier allows more than a few times. */
function repeats(text: string, comma: string | undefined, most: string | undefined): boolean {
  if (!text.startsWith('{')) return true
  if (comma === ',') return most === '' || Number(most) > REPEATS_MAX
  return Number(text.slice(1, -1)) > REPEATS_MAX
}
