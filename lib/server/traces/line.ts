import { EvenkeelError } from '../../model/error.ts'

/** One reference as a line of a trace tells it. */
export type Line = {
  /** Bytes by which the key is known. */
  key: Uint8Array
  /** Whether these bytes are the key's text. */
  isText: boolean
  /** Milliseconds, from any zero; NaN: not told. */
  at: number
  /** 0 get, 1 set, 2 delete. */
  op: number
  /** Bytes of the value; null: not told. */
  size: number | null
  /** What a fill at this reference is given; 0: no TTL; NaN: not told. */
  ttlMs: number
}

/** What reads a trace piece by piece. */
export interface TraceReader {
  push(chunk: Uint8Array): void | Promise<void>
  end(): void | Promise<void>
}

/** A longer one is no line of a trace, and would fill the memory. */
export const LINE_MAX = 1 << 20

/** The error for a line that cannot be read. `line` counts from 1. */
export const badLine = (line: number, what: string): EvenkeelError => new EvenkeelError('bad_request', `line ${line}: ${what}`)
export const LINE_TOO_LONG = `longer than ${LINE_MAX} bytes.`

/** What was found, short enough for a message and without characters that print as something else. */
export const found = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** Refuses times that run backwards: reuse distances would be computed from a wrong order. */
export class Order {
  #last = Number.NEGATIVE_INFINITY

  check(at: number, line: number): number {
    if (at < this.#last)
      throw badLine(line, `its time is ${(this.#last - at) / 1000} s before the line above; lines stand in the order of time.`)
    this.#last = at
    return at
  }
}
