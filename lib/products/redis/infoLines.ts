import { decimalOf, detached } from '../answers.ts'

/** What a line of INFO is, by its name: a plain field, the counts of a command, an error, a database, a replica, or nothing that is read. */
export type Kind = 'field' | 'command' | 'error' | 'database' | 'replica' | 'left'

/** A name that begins a line of INFO, once for all servers and polls. `part`: what it is about, `get` of `cmdstat_get`. `place`: of a plain field. */
export type Line = { name: string; kind: Kind; part: string; place: number; after: Line | null }

/** A bound against forged answers. Names beyond it are read, and looked up by themselves. */
const NAMES_MAX = 2_000

const lines = new Map<string, Line>()
let places = 0

/** Before the first line of an INFO. */
export const BEGIN: Line = { name: '', kind: 'left', part: '', place: -1, after: null }

/** The line that begins with this text. Servers print theirs in one order: what came after one in the newest INFO is looked at first. */
export function lineNamed(read: string, before: Line): Line {
  let line = lines.get(read)
  if (!line) {
    line = made(detached(read))
    if (lines.size >= NAMES_MAX) return line
    if (line.kind === 'field') line.place = places++
    lines.set(line.name, line)
  }
  before.after = line
  return line
}

function made(name: string): Line {
  const [kind, part] = kindOf(name)
  return { name, kind, part, place: -1, after: null }
}

function kindOf(name: string): [Kind, string] {
  for (const [prefix, kind] of PREFIXES) if (name.startsWith(prefix)) return [kind, detached(name.slice(prefix.length))]
  if (/^db\d+$/.test(name)) return ['database', name]
  return [/^slave\d+$/.test(name) ? 'replica' : 'field', name]
}
const PREFIXES: readonly [string, Kind][] = [
  ['cmdstat_', 'command'],
  ['errorstat_', 'error'],
  ['latency_percentiles_', 'left'],
]

/** Values by name. */
export interface Fields {
  get(name: string): string | undefined
  has(name: string): boolean
  /** A value that is digits alone, as nearly all are; -1: it is something else, or absent. */
  digits(name: string): number
}

/** A copy, because V8 would place a new array of this size among what lives long, of which each poll would leave one. */
const emptySpans = (): number[] => {
  while (noSpans.length < 2 * places) noSpans.push(0)
  return noSpans.slice()
}
const noSpans: number[] = []

/** The plain fields of one INFO, looked up where they stand: of half of them nobody asks. Of two of one name the last counts. */
export class InfoFields implements Fields {
  readonly #text: string
  /** By place: where its value begins and ends; a beginning of 0 is none. */
  readonly #spans: number[] = emptySpans()
  /** Those without a place. */
  #more: Map<string, string> | null = null

  constructor(text: string) {
    this.#text = text
  }

  put({ name, place }: Line, from: number, end: number): void {
    if (place < 0) {
      this.#more ??= new Map()
      this.#more.set(name, this.#text.slice(from, end))
      return
    }
    const spans = this.#spans
    while (spans.length <= 2 * place + 1) spans.push(0)
    spans[2 * place] = from
    spans[2 * place + 1] = end
  }

  has(name: string): boolean {
    return this.#from(lines.get(name)) > 0 || (this.#more?.has(name) ?? false)
  }

  get(name: string): string | undefined {
    const line = lines.get(name)
    const from = this.#from(line)
    return from > 0 ? this.#text.slice(from, this.#spans[2 * line!.place + 1]) : this.#more?.get(name)
  }

  digits(name: string): number {
    const line = lines.get(name)
    const from = this.#from(line)
    if (from > 0) return digitsAt(this.#text, from, this.#spans[2 * line!.place + 1]!)
    const own = this.#more?.get(name)
    return own === undefined ? -1 : digitsAt(own, 0, own.length)
  }

  *names(): Iterable<string> {
    for (const { name, place } of lines.values()) if (place >= 0 && this.#spans[2 * place]! > 0) yield name
    if (this.#more) yield* this.#more.keys()
  }

  #from(line: Line | undefined): number {
    return line && line.place >= 0 ? (this.#spans[2 * line.place] ?? 0) : 0
  }
}

/** A line's `a=1,b=2`, looked up where it stands, likewise. */
export class Pairs implements Fields {
  readonly #line: string

  constructor(line: string) {
    this.#line = line
  }

  has(name: string): boolean {
    return this.#at(name) >= 0
  }

  get(name: string): string | undefined {
    const at = this.#at(name)
    return at < 0 ? undefined : this.#line.slice(at, this.#endOf(at))
  }

  digits(name: string): number {
    const at = this.#at(name)
    return at < 0 ? -1 : digitsAt(this.#line, at, this.#endOf(at))
  }

  #endOf(at: number): number {
    const end = this.#line.indexOf(',', at)
    return end < 0 ? this.#line.length : end
  }

  #at(name: string): number {
    const line = this.#line
    for (let at = line.lastIndexOf(name); at >= 0; at = at === 0 ? -1 : line.lastIndexOf(name, at - 1)) {
      const end = at + name.length
      if (line.charCodeAt(end) === EQUALS && (at === 0 || line.charCodeAt(at - 1) === COMMA)) return end + 1
    }
    return -1
  }
}

/** As many digits as a double holds without loss. */
const DIGITS_MAX = 15

function digitsAt(text: string, from: number, end: number): number {
  if (from >= end || end - from > DIGITS_MAX) return -1
  let value = 0
  for (let at = from; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = 10 * value + digit
  }
  return value
}

/** A number that is 0 or more; NaN: absent, or none. */
export function countOf(fields: Fields, name: string): number {
  const digits = fields.digits(name)
  if (digits >= 0) return digits
  const value = decimalOf(fields.get(name) ?? '')
  return value >= 0 && value < WRAPPED ? value : Number.NaN
}

/** Servers print a number that fell below zero as one of 64 bits: above this it is none. */
export const WRAPPED = 2 ** 63

const [COMMA, ZERO, EQUALS] = Buffer.from(',0=') as unknown as [number, number, number]
