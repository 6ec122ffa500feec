import type { z } from 'zod'
import { printable } from '../format/printable.ts'
import { malformed } from '../model/error.ts'
import type { RawAnswer } from '../model/record.ts'
import type { Reading } from '../model/series.ts'
import type { Capability } from '../model/topology.ts'

export { printable }

const RAW_MOST = 65_536

/** The newest answer of a probe for the page: 64 KiB at most, as it came. Of thousands few are looked at: its control characters are escaped then. */
export function rawRecord(id: string, at: number, text: string): Omit<RawAnswer, 'target'> {
  return { kind: 'raw', id, at, text: text.length > RAW_MOST ? detached(text.slice(0, RAW_MOST)) : text }
}

/** V8 keeps the whole of a text for as long as a part of it, but for parts as short as this, which it copies. */
const COPIED_MOST = 12

/** The same text, without the answer that it was cut out of: for what is kept longer than that answer. */
export const detached = (part: string): string => (part.length <= COPIED_MOST ? part : Buffer.from(part, 'utf16le').toString('utf16le'))

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** A key's bytes as text: UTF-8 as it is, every other byte and every control character written `\xNN`. */
export function keyText(bytes: Buffer): string {
  if (isPrintable(bytes)) return bytes.toString('latin1')
  try {
    return printable(strictUtf8.decode(bytes)).replace(/[\n\t]/g, (found) => (found === '\n' ? '\\n' : '\\t'))
  } catch {
    return bytes.toString('latin1').replace(/[^\x20-\x7e]/g, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`)
  }
}

/** What nearly all keys are: text that stands for itself. */
function isPrintable(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! < 0x20 || bytes[i]! > 0x7e) return false
  return true
}

/** Named numbers of an answer: absent is undefined, anything that is not a finite number is `malformed`. */
export function numbersOf(what: string, text: (name: string) => string | undefined) {
  const optional = (name: string): number | undefined => {
    const found = text(name)
    if (found === undefined || found === '') return undefined
    // Redis prints these where it divided by zero: no number, yet no broken answer either.
    if (/^-?(nan|inf)$/i.test(found)) return undefined
    const value = Number(found)
    if (!Number.isFinite(value)) throw malformed(`${what}: ${name} is to be a number`, found)
    return value
  }
  const needed = (name: string): number => {
    const value = optional(name)
    if (value === undefined) throw malformed(`${what}: ${name} is missing`, '')
    return value
  }
  return { optional, needed }
}

/** What a schema found wrong first, with its place: `host_statuses[2].address: expected object`. */
export function firstWrong({ issues: [issue] }: z.ZodError): string {
  const place = issue!.path.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : `${path}${path && '.'}${printable(String(part))}`),
    '',
  )
  return `${place.slice(0, 160) || 'the whole'}: ${issue!.message.slice(0, 300)}`
}

/** An answer in an error: as JSON, however deep it nests. */
export function shown(answer: unknown, indent = 0): string {
  try {
    return JSON.stringify(answer, null, indent) ?? String(answer)
  } catch {
    return 'what cannot be shown'
  }
}

/** One part of an answer as text. A list within it, however deep, is written as JSON: `String` would fail on some. */
export const wordOf = (part: unknown): string => (typeof part === 'object' ? shown(part) : String(part))

/** A number in decimals, as servers print it; NaN for anything else: `Number` takes a blank for 0, and `0x10` for 16. */
export const decimalOf = (text: string): number => (isPlain(text) || DECIMAL.test(text) ? Number(text) : Number.NaN)

const DECIMAL = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i

/** Digits, and at most one point among them: what nearly all numbers are, told without a pattern. */
function isPlain(text: string): boolean {
  let points = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === POINT) points++
    else if (code < ZERO || code > NINE) return false
  }
  return text.length > points && points <= 1
}
const [POINT, ZERO, NINE] = [46, 48, 57]

/** Epoch seconds of a date that can be: not below 0, at most the year 9999. One beyond what a date holds would fail every page that shows it. */
export const isEpochSeconds = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 253_402_300_799

/** Collects readings and leaves out what is absent, so that a gap stays a gap. */
export function readings() {
  const list: Reading[] = []
  return {
    list,
    add(metric: string, value: number | undefined, labels?: Record<string, string>) {
      if (value === undefined || !Number.isFinite(value)) return
      list.push(labels ? { metric, value, labels } : { metric, value })
    },
  }
}

/** Adds one reading of a list. */
export type Add = ReturnType<typeof readings>['add']

/** The capability of a probe whose answer holds rows that are none: they are left out, counted and shown. */
export function partlyRead(feature: string, unread: readonly string[], of: number): Capability[] {
  if (unread.length === 0) return [{ feature, available: true }]
  const example = printable(unread[0]!.slice(0, 120)).replace(/\s+/g, ' ')
  return [{ feature, available: true, because: `${unread.length} of ${of} rows cannot be read and are left out, such as ${example}` }]
}

/** Words of a program with the names of files but not where they stand. */
export const withoutFolders = (text: string): string => text.replace(/(?<![\w:/.-])\/(?:[^\s"':/]+\/)+/g, '')
