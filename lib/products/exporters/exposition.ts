import { malformed } from '../../model/error.ts'
import type { PromSeries } from './series.ts'

/** A line that is no sample, by its number from 1. */
export type WrongLine = { line: number; because: string }

export type Exposition = {
  /** One sample each; none where the value is no number. */
  series: PromSeries[]
  /** The series that had a time of their own on the page. */
  timed: ReadonlySet<PromSeries>
  /** What the page calls a counter, of the names that are read. */
  counters: ReadonlySet<string>
  /** Lines that were left out, the first some of them. */
  wrong: WrongLine[]
  wrongLines: number
  /** Series that stand on the page twice: the first counts, as in Prometheus. */
  duplicates: number
}

const WRONG_MAX = 5

/**
 * Reads a page in Prometheus's text format 0.0.4 or OpenMetrics 1.0, UTF-8 names in quotation marks too (prometheus.io/docs/instrumenting/exposition_formats,
 * github.com/prometheus/OpenMetrics). Exemplars, help and types but counters are passed over. `wanted`: whose names are read; other lines are not looked at. `at`:
 * epoch ms of samples without a time of their own. Throws `malformed` for what is no such page, and for one that was cut off.
 */
export function parseExposition(
  text: string,
  { openMetrics, wanted, at }: { openMetrics: boolean; wanted(name: string): boolean; at: number },
): Exposition {
  const series = new Map<string, PromSeries>()
  const timed = new Set<PromSeries>()
  const counters = new Set<string>()
  const wrong: WrongLine[] = []
  let [wrongLines, duplicates, samples, number, ended] = [0, 0, 0, 0, false]
  for (const line of linesOf(text)) {
    number++
    if (line.startsWith('#')) {
      if (line.trimEnd() === '# EOF') ended = true
      const counter = COUNTER.exec(line)?.[1]
      if (counter !== undefined && wanted(counter)) counters.add(counter)
      continue
    }
    if (line.trim() === '') continue
    try {
      const name = nameOf(line)
      if (name !== null && !wanted(name)) {
        if (HAS_VALUE.test(line)) samples++
        continue
      }
      const read = sampleOf(line, openMetrics)
      samples++
      if (name === null && !wanted(read.labels.__name__!)) continue
      const key = JSON.stringify(Object.entries(read.labels).sort(([a], [b]) => (a < b ? -1 : 1)))
      if (series.has(key)) {
        duplicates++
        continue
      }
      const one: PromSeries = { labels: read.labels, points: Number.isFinite(read.value) ? [[read.at ?? at, read.value]] : [] }
      series.set(key, one)
      if (read.at !== null) timed.add(one)
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      wrongLines++
      if (wrong.length < WRONG_MAX) wrong.push({ line: number, because: error.message })
    }
  }
  if (samples === 0 && /^[^#\s]/m.test(text)) throw malformed('This is no page of metrics: no line of it is a sample', text)
  if (openMetrics && !ended) throw malformed('The page of metrics was cut off: its last line is not `# EOF`', text.slice(-200))
  return { series: [...series.values()], timed, counters, wrong, wrongLines, duplicates }
}

class Wrong extends Error {}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    yield text[to - 1] === '\r' ? text.slice(from, to - 1) : text.slice(from, to)
    from = to + 1
  }
}

const COUNTER = /^#\s+TYPE\s+([a-zA-Z_:][a-zA-Z0-9_:]*)\s+counter\s*$/
const NAME = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)(?=[\s{])/
/** As far as is looked at a line that is not wanted: enough to tell a page of metrics from any other. */
const HAS_VALUE = /[\s}][+-]?(?:\.?\d|nan|inf)/i
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const SPECIAL: Record<string, number> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, infinity: Number.POSITIVE_INFINITY }

/** The metric's name; null where it stands in quotation marks among the labels. */
function nameOf(line: string): string | null {
  const found = NAME.exec(line)
  if (found) return found[1]!
  if (/^\s*\{/.test(line)) return null
  throw new Wrong('it begins with no name of a metric')
}

/** A cursor over one line. */
class Cursor {
  readonly #line: string
  at = 0

  constructor(line: string) {
    this.#line = line
  }

  blanks(): void {
    while (this.#line[this.at] === ' ' || this.#line[this.at] === '\t') this.at++
  }

  takes(char: string): boolean {
    if (this.#line[this.at] !== char) return false
    this.at++
    return true
  }

  bare(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#line)
    if (!found) return null
    this.at = pattern.lastIndex
    return found[0]
  }

  /** A text in quotation marks, with the escapes of the format: backslash, quotation mark and line feed. Any other backslash stands for itself. */
  quoted(): string {
    if (!this.takes('"')) throw new Wrong('a quotation mark is missing')
    let out = ''
    for (;;) {
      out += this.bare(/[^"\\]*/y)
      const end = this.#line[this.at++]
      if (end === '"') return out
      const next = end === undefined ? undefined : this.#line[this.at++]
      if (next === undefined) throw new Wrong('a label has no closing quotation mark')
      out += next === 'n' ? '\n' : next === '\\' || next === '"' ? next : `\\${next}`
    }
  }

  word(): string {
    return this.bare(/[^\s]+/y) ?? ''
  }

  rest(): string {
    return this.#line.slice(this.at)
  }
}

function sampleOf(line: string, openMetrics: boolean): { labels: Record<string, string>; value: number; at: number | null } {
  const cursor = new Cursor(line)
  cursor.blanks()
  const name = cursor.bare(/[a-zA-Z_:][a-zA-Z0-9_:]*/y)
  // Without a prototype: a label may have any name.
  const labels: Record<string, string> = Object.assign(Object.create(null), name === null ? {} : { __name__: name })
  cursor.blanks()
  if (cursor.takes('{')) readLabels(cursor, labels)
  if (labels.__name__ === undefined) throw new Wrong('it has no name of a metric')
  cursor.blanks()
  const value = numberOf(cursor.word())
  cursor.blanks()
  // An exemplar follows after `#`.
  const time = /^[^\s#]*/.exec(cursor.rest())![0]
  const after = cursor.rest().slice(time.length).trim()
  if (after !== '' && !(openMetrics && after.startsWith('#'))) throw new Wrong('something follows after its value and time')
  return { labels, value, at: time === '' ? null : timeOf(time, openMetrics) }
}

/** `a="x",b="y"}`, the name of the metric in quotation marks without a value among them, a comma before the end allowed. */
function readLabels(cursor: Cursor, labels: Record<string, string>): void {
  for (;;) {
    cursor.blanks()
    if (cursor.takes('}')) return
    const bare = cursor.bare(LABEL)
    const label = bare ?? cursor.quoted()
    cursor.blanks()
    if (cursor.takes('=')) {
      cursor.blanks()
      const value = cursor.quoted()
      if (Object.hasOwn(labels, label)) throw new Wrong(`it has the label ${label} twice`)
      // An empty label is none.
      if (value !== '') labels[label] = value
    } else if (bare === null && labels.__name__ === undefined) labels.__name__ = label
    else throw new Wrong(`the label ${label} has no value`)
    cursor.blanks()
    if (cursor.takes(',')) continue
    if (cursor.takes('}')) return
    throw new Wrong('between two labels is no comma')
  }
}

function numberOf(text: string): number {
  if (NUMBER.test(text)) return Number(text)
  const special = SPECIAL[text.replace(/^[+-]/, '').toLowerCase()]
  if (special === undefined) throw new Wrong('its value is no number')
  return text.startsWith('-') ? -special : special
}

/** Text format: whole ms. OpenMetrics: seconds. */
function timeOf(text: string, openMetrics: boolean): number {
  if (!(openMetrics ? NUMBER : /^-?\d+$/).test(text)) throw new Wrong('its time is no number')
  return Math.round(Number(text) * (openMetrics ? 1_000 : 1))
}
