import { CsvError, type Parser, parse } from 'csv-parse'
import { EvenkeelError } from '../../model/error.ts'
import { badLine, found, LINE_MAX, LINE_TOO_LONG, type Line, Order, type TraceReader } from './line.ts'
import { LineDecoder } from './text.ts'

/** Columns that are read. */
export const COLUMNS = ['key', 'time', 'op', 'size', 'ttl'] as const
type Column = (typeof COLUMNS)[number]
const OPS = ['get', 'set', 'delete']
/** The largest value of Redis, 512 MB; memcached's are smaller. */
const SIZE_MAX = 512 * 1024 * 1024
const SECONDS_MAX = 1e12
/** About 300 years. */
const TTL_SECONDS_MAX = 1e10
const encoder = new TextEncoder()

/** CSV (RFC 4180); its first line names the columns. */
export class CsvTrace implements TraceReader {
  readonly #take: (line: Line) => void
  readonly #decoder = new LineDecoder()
  readonly #order = new Order()
  readonly #parser: Parser
  readonly #ended: Promise<void>
  #columns: Partial<Record<Column, number>> | null = null
  #error: unknown = null

  constructor(take: (line: Line) => void) {
    this.#take = take
    this.#parser = parse({
      bom: true,
      record_delimiter: ['\r\n', '\n'],
      max_record_size: LINE_MAX,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (fields: string[], { lines }) => {
        this.#read(fields, lines)
        return null
      },
    })
    this.#ended = new Promise((resolve) => {
      this.#parser.on('end', resolve)
      this.#parser.on('error', (error) => {
        this.#error = readable(error)
        resolve()
      })
    })
    this.#parser.resume()
  }

  async push(chunk: Uint8Array): Promise<void> {
    const text = this.#decoder.decode(chunk)
    if (this.#error) throw this.#error
    await new Promise<void>((resolve) => this.#parser.write(text, () => resolve()))
    if (this.#error) throw this.#error
  }

  async end(): Promise<void> {
    this.#parser.end(this.#decoder.end())
    await this.#ended
    if (this.#error) throw this.#error
    if (!this.#columns) throw badLine(1, 'there is none; the first line names the columns.')
  }

  #read(fields: string[], line: number): void {
    if (!this.#columns) {
      this.#columns = columnsIn(fields, line)
      return
    }
    const columns = this.#columns
    const text = (column: Column) => {
      const at = columns[column]
      return at === undefined ? '' : (fields[at] ?? '')
    }
    const key = text('key')
    if (key === '') throw badLine(line, 'the key is empty.')
    const op = OPS.indexOf(text('op').trim().toLowerCase() || 'get')
    if (op < 0) throw badLine(line, `op: expected get, set or delete, found ${found(text('op'))}.`)
    const seconds = numberIn('time', text('time'), SECONDS_MAX, line)
    if (columns.time !== undefined && seconds === null) throw badLine(line, 'time: there is none, and other lines have one.')
    const size = numberIn('size', text('size'), SIZE_MAX, line)
    if (size !== null && !Number.isInteger(size)) throw badLine(line, `size: expected whole bytes, found ${found(text('size'))}.`)
    const ttl = numberIn('ttl', text('ttl'), TTL_SECONDS_MAX, line)
    this.#take({
      key: encoder.encode(key),
      isText: true,
      at: seconds === null ? Number.NaN : this.#order.check(seconds * 1000, line),
      op,
      size,
      ttlMs: ttl === null ? Number.NaN : ttl * 1000,
    })
  }
}

/** Where each column stands that is read; others are ignored. */
function columnsIn(fields: string[], line: number): Partial<Record<Column, number>> {
  const names = namesIn(fields)
  const columns = Object.fromEntries(
    COLUMNS.flatMap((column) => {
      const at = names.indexOf(column)
      if (at >= 0 && names.indexOf(column, at + 1) >= 0) throw badLine(line, `two columns are named ${column}.`)
      return at < 0 ? [] : [[column, at]]
    }),
  )
  if (columns.key === undefined) throw badLine(line, `a column \`key\` is needed, found ${found(fields.join(','))}.`)
  return columns
}

export const namesIn = (fields: readonly string[]): string[] => fields.map((name) => name.trim().toLowerCase())

/** A number of 0 or more, decimals allowed; null where nothing stands. */
function numberIn(column: Column, text: string, most: number, line: number): number | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const value = /^\d+(\.\d*)?([eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN
  if (!(value <= most)) throw badLine(line, `${column}: expected a number from 0 to ${most}, found ${found(text)}.`)
  return value
}

/** What the parser has found wrong, with the line. */
function readable(error: unknown): unknown {
  if (!(error instanceof CsvError) || error instanceof EvenkeelError) return error
  const { lines } = error as CsvError & { lines?: number }
  return badLine(
    lines ?? 1,
    error.code === 'CSV_MAX_RECORD_SIZE' ? LINE_TOO_LONG : `no CSV: ${error.code.toLowerCase().replaceAll('_', ' ')}.`,
  )
}
