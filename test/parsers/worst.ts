import type { Parser } from './list.ts'

/** Fragments that make parsers quadratic or overflow their stack: long runs of one character, unclosed delimiters, nesting. */
const RUNS = [
  ' ',
  '\n',
  '\t\r',
  '\0',
  '"',
  "'",
  '\\',
  '\\"',
  '{',
  '}',
  '[',
  '{}',
  '${',
  '#',
  ',',
  ':',
  ';',
  '/',
  '-',
  '=',
  '*',
  '9',
  'a',
  '\u00e9',
  '\ud800',
  ':1',
  ',1',
  '@1',
  'a ',
  'a=1,',
  'x\n',
  '{"a":',
  '[[],',
  '- ',
  '? ',
  'a:\n ',
  '&a ',
  '*a ',
  'server ',
  'server a;',
  'upstream ',
  'backend a\n',
  'server a b\n',
  'default-server weight 1 ',
  'server-template a 9999 b\n',
  ' addr=1',
  'ab="',
]
const LINES_MAX = 8

const filled = (unit: string, size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)

/** Texts of about `size` characters that are bad for this parser: runs alone, behind what it accepts, and each of its good lines over and over. */
export function* worstOf({ good }: Parser, size: number): Generator<[what: string, text: string]> {
  for (const unit of RUNS) yield [`a run of ${JSON.stringify(unit)}`, filled(unit, size)]
  for (const word of ['server', 'upstream', 'servers:', '{"lb_endpoints":', 'a:', '- '])
    for (const unit of [' ', '\n', '"', '[']) yield [`${word} and a run of ${JSON.stringify(unit)}`, `${word}${filled(unit, size)}x`]
  for (const unit of ['[', '{"a":']) yield [`nested ${unit}`, nested(unit, size)]
  for (const [i, text] of good.entries()) {
    yield [`good ${i} over and over`, filled(text, size)]
    const lines = text.split('\n').slice(0, LINES_MAX)
    for (const [j, line] of lines.entries()) {
      if (line === '') continue
      const [before, after] = [
        lines.slice(0, j + 1).join('\n'),
        text
          .split('\n')
          .slice(j + 1)
          .join('\n'),
      ]
      yield [`good ${i}, line ${j} over and over`, `${before}\n${filled(`${line}\n`, size)}\n${after}`]
      for (const unit of [' ', ':1', '"', 'a']) {
        const middle = Math.floor(line.length / 2)
        const long = line.slice(0, middle) + filled(unit, size) + line.slice(middle)
        yield [`good ${i}, line ${j} with a run of ${JSON.stringify(unit)}`, [...lines.slice(0, j), long, after].join('\n')]
      }
    }
    if (/^(\[\[|\["|\{").*[}\]]$/s.test(text)) yield* longJson(i, text, size)
  }
}

const nested = (unit: string, size: number) => {
  const depth = Math.floor(size / (unit.length + 1))
  return `${unit.repeat(depth)}1${(unit === '[' ? ']' : '}').repeat(depth)}`
}

/** Every list and object of a good JSON grown, one at a time: its own first item over and over, under ever new names. */
function* longJson(i: number, text: string, size: number): Generator<[string, string]> {
  const places: string[][] = []
  const look = (value: unknown, path: string[]) => {
    if (typeof value !== 'object' || value === null) return
    places.push(path)
    for (const [key, inner] of Object.entries(value)) look(inner, [...path, key])
  }
  look(JSON.parse(text), [])
  for (const path of places) {
    const whole = JSON.parse(text) as Record<string, unknown>
    const place = path.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, whole)
    const [first] = Object.values(place)
    const count = Math.floor(size / ((JSON.stringify(first ?? 1)?.length ?? 1) + 8))
    for (let n = 0; n < count; n++) {
      if (Array.isArray(place)) place.push(first ?? n)
      else place[`n${n}`] = first ?? n
    }
    yield [`good ${i}, long at ${path.join('.') || 'the top'}`, JSON.stringify(whole)]
  }
}
