import { badLine, LINE_MAX, LINE_TOO_LONG, type Line, type TraceReader } from './line.ts'
import { LineDecoder } from './text.ts'

const encoder = new TextEncoder()

/** One key a line. */
export class KeysTrace implements TraceReader {
  readonly #decoder = new LineDecoder()
  readonly #take: (line: Line) => void
  #rest = ''
  #line = 0

  constructor(take: (line: Line) => void) {
    this.#take = take
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk)).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#read(line)
    if (this.#rest.length > LINE_MAX) throw badLine(this.#line + 1, LINE_TOO_LONG)
  }

  end(): void {
    this.#rest += this.#decoder.end()
    if (this.#rest !== '') this.#read(this.#rest)
  }

  #read(text: string): void {
    this.#line++
    const key = text.endsWith('\r') ? text.slice(0, -1) : text
    if (key === '') throw badLine(this.#line, 'the key is empty.')
    if (key.length > LINE_MAX) throw badLine(this.#line, LINE_TOO_LONG)
    this.#take({ key: encoder.encode(key), isText: true, at: Number.NaN, op: 0, size: null, ttlMs: Number.NaN })
  }
}
