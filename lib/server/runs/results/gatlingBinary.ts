import { malformed } from '../../../model/error.ts'
import type { LoadResult } from '../../../model/loadResult.ts'
import { resultOf } from './gatlingText.ts'
import { RequestLog } from './requestLog.ts'

/** The first byte of each record (RecordHeader of Gatling's source). */
const RUN = 0
const REQUEST = 1
const USER = 2
const GROUP = 3
const ERROR = 4
const STRING_MAX = 1 << 20
const LIST_MAX = 100_000

/** The log ends within a record: its run was killed, or the file was cut. */
class Ended extends Error {}

/**
 * `simulation.log` as Gatling 3.13 and later write it: binary records, numbers big-endian, times as ms since the start of the run, texts cached
 * by a number. It is documented by Gatling's own source alone (LogFileDataWriter, LogFileReader), and has been the same in all releases since.
 */
export function parseGatlingBinary(bytes: Uint8Array): LoadResult {
  const log = new RequestLog()
  const reader = new Reader(bytes)
  const bad = (what: string, found: string) => malformed(`byte ${reader.at}: ${what}`, found)
  if (bytes[0] !== RUN)
    throw bad('the record of the run, with which a log of Gatling begins', bytes.length === 0 ? 'nothing' : String(bytes[0]))
  reader.skip(1)
  try {
    const version = reader.text()
    if (!/^\d+\.\d+/.test(version)) throw bad("Gatling's version", version)
    reader.text()
    const start = reader.long()
    reader.text()
    for (let left = reader.length(LIST_MAX); left > 0; left--) reader.text()
    for (let left = reader.length(LIST_MAX); left > 0; left--) reader.skip(reader.length(STRING_MAX))
    readRecords(reader, log, start, bad)
  } catch (error) {
    // Of a run that was killed the records before it count.
    if (!(error instanceof Ended)) throw error
  }
  return resultOf(log, 'simulation.log (binary)')
}

function readRecords(reader: Reader, log: RequestLog, start: number, bad: (what: string, found: string) => Error): void {
  while (!reader.isAtEnd) {
    const kind = reader.byte()
    if (kind === USER) {
      reader.int()
      const begins = reader.byte() === 1
      log.user(start + reader.int(), begins)
    } else if (kind === REQUEST) {
      const groups = reader.cachedTexts()
      const name = [...groups, reader.cachedText()].join(' / ')
      const [from, to] = [reader.int(), reader.int()]
      const ok = reader.byte() === 1
      reader.cachedText()
      // A message that came without having been asked for has no end.
      if (to >= from) log.request(name, start + from, start + to, ok)
    } else if (kind === GROUP) {
      reader.cachedTexts()
      reader.skip(13)
    } else if (kind === ERROR) {
      reader.cachedText()
      reader.int()
    } else throw bad('a record of Gatling', String(kind))
  }
}

/** A cursor over the bytes of a log. */
class Reader {
  readonly #view: DataView
  readonly #texts = new Map<number, string>()
  at = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.at >= this.#view.byteLength
  }

  skip(count: number): number {
    const from = this.at
    if (from + count > this.#view.byteLength) throw new Ended()
    this.at += count
    return from
  }
  byte = (): number => this.#view.getUint8(this.skip(1))
  int = (): number => this.#view.getInt32(this.skip(4))
  long = (): number => Number(this.#view.getBigInt64(this.skip(8)))

  length(most: number): number {
    const length = this.int()
    if (length < 0 || length > most) throw malformed(`byte ${this.at - 4}: a length up to ${most}`, String(length))
    return length
  }

  /** Java's own form of a string: its bytes, then how they are coded: 0 is Latin-1, 1 is UTF-16, of the machine that wrote it. */
  text(): string {
    const length = this.length(STRING_MAX)
    if (length === 0) return ''
    const from = this.skip(length)
    const bytes = Buffer.from(this.#view.buffer, this.#view.byteOffset + from, length)
    return this.byte() === 0 ? bytes.toString('latin1') : bytes.toString('utf16le')
  }

  /** A text that is new comes with its number; a known one is its number alone, below zero. */
  cachedText(): string {
    const number = this.int()
    if (number >= 0) {
      const text = this.text()
      this.#texts.set(number, text)
      return text
    }
    const known = this.#texts.get(-number)
    if (known === undefined) throw malformed(`byte ${this.at - 4}: a text that came before`, String(-number))
    return known
  }

  cachedTexts(): string[] {
    return Array.from({ length: this.length(1_000) }, () => this.cachedText())
  }
}
