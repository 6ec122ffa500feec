import { ANSWER_MAX_BYTES, tooLarge } from '../../model/limits.ts'

/** So many items at once make more garbage than their bytes do: each is an object of its own. */
const ITEMS_MAX = 262_144
/** Ours nest three deep (SLOWLOG). The decoder recurses by depth. */
const DEPTH_MAX = 32
/** Of a `$LENGTH` or `*LENGTH` line: longer ones are no numbers. */
const HEADER_MAX = 32
/** Several commands in one write, and those of several probes at once: their replies in all may be this much. */
const PENDING_MAX_BYTES = 4 * ANSWER_MAX_BYTES

const [CR, LF, BULK, ARRAY] = Buffer.from('\r\n$*')

/**
 * A size cap on RESP replies, applied to the bytes of a connection as they arrive: a length is refused by its header, before its bytes come,
 * because the client library would keep all of them in memory (1 GB became 1.4 GB).
 */
export class ReplyGuard {
  readonly #where: string
  /** Bytes of a bulk string, with its line end, that are still to come. */
  #skip = 0
  /** What was seen of a line that goes on in the next chunk. */
  #line = ''
  #inLine = false
  /** Items still to come at each level of the reply. */
  #open: number[] = []
  /** Of the reply under way. */
  #bytes = 0
  #items = 0
  #pending = 0

  constructor(where: string) {
    this.#where = where
  }

  /** Nothing is waited for any more: what comes next is counted anew. */
  idle(): void {
    this.#pending = 0
  }

  /** Throws `too_large` once a reply is over the cap or announces that it will be. */
  take(chunk: Buffer): void {
    this.#pending += chunk.length
    if (this.#pending > PENDING_MAX_BYTES) throw tooLarge(this.#where, this.#pending)
    let at = 0
    while (at < chunk.length) {
      const from = at
      at = this.#skip > 0 ? this.#skipped(chunk, at) : this.#read(chunk, at)
      this.#bytes += at - from
      if (this.#bytes > ANSWER_MAX_BYTES) throw tooLarge(this.#where)
      if (this.#skip === 0 && !this.#inLine && this.#open.length === 0) {
        this.#bytes = 0
        this.#items = 0
      }
    }
  }

  #skipped(chunk: Buffer, at: number): number {
    const step = Math.min(this.#skip, chunk.length - at)
    this.#skip -= step
    if (this.#skip === 0) this.#ended()
    return at + step
  }

  #read(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LF!, at)
    const until = end < 0 ? chunk.length : end
    if (this.#line.length < HEADER_MAX) this.#line += chunk.toString('latin1', at, Math.min(until, at + HEADER_MAX))
    this.#inLine = end < 0
    if (end < 0) return until
    const line = this.#line
    this.#line = ''
    if (this.#isItem(line)) this.#ended()
    return end + 1
  }

  /** True for a whole item; what a header announces is to come. */
  #isItem(line: string): boolean {
    const type = line.charCodeAt(0)
    if (type !== BULK && type !== ARRAY) return true
    const length = Number(line.slice(1, line.charCodeAt(line.length - 1) === CR ? -1 : undefined))
    // What is no length is the decoder's to refuse; -1 is null.
    if (!Number.isInteger(length) || length < 0) return true
    if (type === BULK) {
      if (length > ANSWER_MAX_BYTES) throw tooLarge(this.#where, length)
      this.#skip = length + 2
      return false
    }
    this.#items += length
    if (this.#items > ITEMS_MAX || this.#open.length >= DEPTH_MAX) throw tooLarge(this.#where)
    if (length > 0) this.#open.push(length)
    return length === 0
  }

  /** One item is whole, and with it every list whose last one it was. */
  #ended(): void {
    while (this.#open.length > 0) {
      const left = this.#open.pop()! - 1
      if (left > 0) {
        this.#open.push(left)
        return
      }
    }
  }
}
