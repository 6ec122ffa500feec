import { fastest, spentMs } from '../cpuTime.ts'
import { randomOf } from '../random.ts'
import { type Group, PARSERS, type Parser } from './list.ts'
import { brokenBy } from './refusal.ts'

const SIGNS = '\0\t\n\r "\'#$%&*+,-./:;<=>?@[\\]^_`{|}~019aZ\u00e9\u2028\ud83d\ude00\udc00\ufeff\uffff'
const TOKENS = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '-1',
  '0',
  '1.5',
  '1e999',
  '-1e999',
  'NaN',
  '99999999999999999999',
  '2147483648',
  '1e-9',
  '"__proto__":',
  '"constructor":1,',
  '"toString":1,',
  '{"toString":1}',
  '\\u0000',
  '\\ud800',
  '%ff',
  '$\u007bHOME}',
  '<<: *a',
  '&a ',
  '!!binary ',
  '\r\n',
  'server ',
  'upstream x {',
  '- ',
  '...\n',
  '---\n',
]
/** Share of inputs that are made from recorded answers: they are large, so fewer. */
const REAL = 0.002

/** A generator of bad inputs for one parser: real and good texts, cut, doubled, spliced, with odd values in them; and plain noise. Seeded. */
function mutationsOf({ good, real = [] }: Parser, others: readonly string[], random: () => number): () => string {
  const below = (n: number) => Math.floor(random() * n)
  const one = <T>(list: readonly T[] | string): T => list[below(list.length)] as T
  const part = (text: string): [number, number] => {
    const from = below(text.length + 1)
    return [from, Math.min(text.length, from + below(1 + Math.min(40, text.length)))]
  }
  const steps: ((text: string) => string)[] = [
    (text) => text.slice(0, below(text.length + 1)),
    (text) => {
      const [from, to] = part(text)
      return text.slice(0, from) + text.slice(to)
    },
    (text) => {
      const [from, to] = part(text)
      return text.slice(0, to) + text.slice(from, to).repeat(1 + below(20)) + text.slice(to)
    },
    (text) => {
      const at = below(text.length + 1)
      return text.slice(0, at) + one<string>(SIGNS) + text.slice(at + below(2))
    },
    (text) => {
      const at = below(text.length + 1)
      return text.slice(0, at) + one<string>(TOKENS) + text.slice(at)
    },
    // One value for another: the next number or quoted text from a random place on.
    (text) => {
      const at = below(text.length + 1)
      return text.slice(0, at) + text.slice(at).replace(/\d+|"[^"]{0,60}"/, () => one<string>(TOKENS))
    },
    (text) => {
      const [from, to] = part(text)
      const other = one<string>(others)
      const [otherFrom, otherTo] = part(other)
      return text.slice(0, from) + other.slice(otherFrom, otherTo) + text.slice(to)
    },
  ]
  return () => {
    if (random() < 0.03) return Array.from({ length: below(120) }, () => String.fromCharCode(below(random() < 0.5 ? 256 : 65_536))).join('')
    let text = one<string>(real.length > 0 && random() < REAL ? real : good)
    for (let i = 1 + below(4); i > 0; i--) text = one<(text: string) => string>(steps)(text)
    return text
  }
}

export type Found = { parser: string; text: string; error: unknown }
/** A small input takes microseconds; one that takes this long would take minutes at full length. */
const SLOW_MS = 100

/** Feeds `count` inputs to a group's parsers in turn; what broke one, at most ten, and the slowest. Deterministic but for times. */
export function fuzzGroup(group: Group, count: number, seed: number): { fed: number; found: Found[]; slowestMs: number } {
  const parsers = PARSERS.filter((parser) => parser.group === group)
  const random = randomOf(seed)
  const others = parsers.flatMap(({ good }) => good)
  const feeds = parsers.map((parser) => ({ parser, next: mutationsOf(parser, others, random) }))
  const found: Found[] = []
  let slowestMs = 0
  let fed = 0
  for (; fed < count && found.length < 10; fed++) {
    const { parser, next } = feeds[fed % feeds.length]!
    const text = next()
    const begun = spentMs()
    const error = brokenBy(parser, text)
    const took = spentMs() - begun
    if (error !== undefined) found.push({ parser: parser.name, text, error })
    if (took > SLOW_MS) {
      const again = fastest(() => brokenBy(parser, text))
      slowestMs = Math.max(slowestMs, again)
      if (again > SLOW_MS) found.push({ parser: parser.name, text, error: new Error(`${Math.round(again)} ms`) })
    }
  }
  return { fed, found, slowestMs }
}
