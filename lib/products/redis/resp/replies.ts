import { ANSWER_MAX_BYTES, tooLarge } from '../../../model/limits.ts'

/** So many items at once make more garbage than their bytes do: each is an object of its own. */
const ITEMS_MAX = 262_144
/** Ours nest three deep (SLOWLOG). */
const DEPTH_MAX = 32
/** Several commands in one write, and those of several probes at once: their replies in all may be this much. */
const PENDING_MAX_BYTES = 4 * ANSWER_MAX_BYTES
/** As many digits as a number holds without loss; longer ones are rounded, as counters of 64 bits may be. */
const DIGITS_MAX = 20

const [CR, LF, MINUS, ZERO, NINE, SIMPLE, ERROR, INTEGER, BULK, ARRAY] = Buffer.from('\r\n-09+-:$*') as unknown as number[]

/** The server's own error on a command. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** Who takes the replies, in the order of the commands. */
export interface ReplySink {
  /** Whether the strings of the reply under way are to be bytes, as names of keys are, and not text. */
  wantsBytes(): boolean
  onReply(reply: unknown): void
}

type List = { items: unknown[]; left: number }

/**
 * A decoder of RESP2 with a size cap: a length is refused by its header, before its bytes come, so that no server makes this process hold more
 * than an answer may be (https://redis.io/docs/latest/develop/reference/protocol-spec/).
 */
export class Replies {
  readonly #where: string
  readonly #sink: ReplySink
  /** Lists under way, the outermost first. */
  readonly #open: List[] = []
  /** What came of a line that goes on in the next chunk. */
  #line = ''
  /** Bytes of a string, with its line end, that are still to come; and what came of it. */
  #due = 0
  #parts: Buffer[] = []
  /** Of the reply under way. */
  #bytes = 0
  #items = 0
  #pending = 0

  constructor(where: string, sink: ReplySink) {
    this.#where = where
    this.#sink = sink
  }

  /** Nothing is waited for any more: what comes next is counted anew. */
  idle(): void {
    this.#pending = 0
  }

  /** Reads what came. `chunk` is the caller's to use again. Throws `too_large` once a reply is over the cap or announces that it will be, and for what is no RESP. */
  take(chunk: Buffer): void {
    this.#pending += chunk.length
    if (this.#pending > PENDING_MAX_BYTES) throw tooLarge(this.#where, this.#pending)
    for (let at = 0; at < chunk.length; ) at = this.#due > 0 ? this.#readString(chunk, at) : this.#readLine(chunk, at)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > ANSWER_MAX_BYTES) throw tooLarge(this.#where)
  }

  #readLine(chunk: Buffer, from: number): number {
    let end = from
    while (end < chunk.length && chunk[end] !== LF) end++
    this.#count(Math.min(end + 1, chunk.length) - from)
    if (end === chunk.length) {
      this.#line += chunk.toString('latin1', from)
      return end
    }
    if (this.#line === '') return this.#begun(chunk, from, end)
    const line = Buffer.from(this.#line + chunk.toString('latin1', from, end), 'latin1')
    this.#line = ''
    this.#begun(line, 0, line.length)
    return end + 1
  }

  /** Takes in a whole line, and of a string that stands behind it what is in the same chunk. Returns where it goes on. */
  #begun(chunk: Buffer, from: number, lineEnd: number): number {
    const end = lineEnd > from && chunk[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd
    const type = chunk[from]
    if (type === SIMPLE) this.#ended(this.#textOf(chunk, from + 1, end))
    else if (type === ERROR) this.#ended(new ReplyError(chunk.toString('utf8', from + 1, end)))
    else if (type === INTEGER) this.#ended(integerIn(chunk, from + 1, end))
    else if (type === BULK) this.#beginString(integerIn(chunk, from + 1, end))
    else if (type === ARRAY) this.#beginList(integerIn(chunk, from + 1, end))
    else throw new Error('Protocol error: no reply begins so')
    return lineEnd + 1
  }

  #beginString(length: number): void {
    if (length > ANSWER_MAX_BYTES) throw tooLarge(this.#where, length)
    if (length < 0) this.#ended(null)
    else this.#due = length + 2
  }

  #beginList(length: number): void {
    if (length <= 0) {
      this.#ended(length < 0 ? null : [])
      return
    }
    this.#items += length
    if (this.#items > ITEMS_MAX || this.#open.length >= DEPTH_MAX) throw tooLarge(this.#where)
    this.#open.push({ items: [], left: length })
  }

  #readString(chunk: Buffer, from: number): number {
    const end = Math.min(from + this.#due, chunk.length)
    this.#count(end - from)
    const whole = this.#due === end - from
    if (whole && this.#parts.length === 0) {
      this.#due = 0
      this.#ended(this.#textOf(chunk, from, end - 2))
      return end
    }
    this.#parts.push(Buffer.from(chunk.subarray(from, end)))
    this.#due -= end - from
    if (!whole) return end
    const all = Buffer.concat(this.#parts)
    this.#parts = []
    this.#ended(this.#textOf(all, 0, all.length - 2))
    return end
  }

  #textOf(chunk: Buffer, from: number, end: number): string | Buffer {
    return this.#sink.wantsBytes() ? Buffer.from(chunk.subarray(from, end)) : chunk.toString('utf8', from, end)
  }

  /** One value is whole, and with it every list whose last one it was. */
  #ended(value: unknown): void {
    let whole = value
    for (let list = this.#open.at(-1); list; list = this.#open.at(-1)) {
      list.items.push(whole)
      if (--list.left > 0) return
      whole = list.items
      this.#open.pop()
    }
    this.#bytes = 0
    this.#items = 0
    this.#sink.onReply(whole)
  }
}

function integerIn(chunk: Buffer, from: number, end: number): number {
  const isNegative = chunk[from] === MINUS
  const first = isNegative ? from + 1 : from
  if (first >= end || end - first > DIGITS_MAX) throw new Error('Protocol error: a number is missing')
  let value = 0
  for (let at = first; at < end; at++) {
    const digit = chunk[at]!
    if (digit < ZERO! || digit > NINE!) throw new Error('Protocol error: a number is missing')
    value = 10 * value + digit - ZERO!
  }
  return isNegative ? -value : value
}
