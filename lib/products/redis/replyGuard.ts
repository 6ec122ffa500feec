import { ANSWER_MAX_BYTES, tooLarge } from '../../model/limits.ts'

/** So many items at once make more garbage than their bytes do: each is an object of its own. */
const ITEMS_MAX = 262_144
/** Ours nest three deep (SLOWLOG). The decoder recurses by depth. */
const DEPTH_MAX = 32
/** Several commands in one write, and those of several probes at once: their replies in all may be this much. */
const PENDING_MAX_BYTES = 4 * ANSWER_MAX_BYTES

const codeOf = (character: string) => character.charCodeAt(0)
const [CR, LF, ZERO, MINUS] = [codeOf('\r'), codeOf('\n'), codeOf('0'), codeOf('-')]
const [BULK, ARRAY] = [codeOf('$'), codeOf('*')]
const TYPES = new Set(Buffer.from('+-:$*'))
/** Between lines. */
const NONE = -1

/** What came is no reply of RESP2. */
export class NotResp extends Error {
  constructor() {
    super('Protocol error')
  }
}

/**
 * A size cap on RESP2 replies and a check of their form, applied to the bytes of a connection as they arrive: a length is refused by its header,
 * before its bytes come, because the client library would keep all of them in memory (1 GB became 1.4 GB). What is no length it takes for one, of
 * `$%` for -11, and reads the same bytes for ever.
 */
export class ReplyGuard {
  readonly #where: string
  /** Bytes of a bulk string, with its line end, that are still to come. */
  #skip = 0
  /** The first byte of the line that goes on. */
  #type = NONE
  /** The length that the line gives, as far as it was read. */
  #length = 0
  #digits = 0
  #negative = false
  /** Its last byte was a CR. */
  #returned = false
  /** Items still to come at each level of the reply. */
  #open: number[] = []
  /** Of the reply under way. */
  #bytes = 0
  #items = 0
  #pending = 0
  #passed = 0

  constructor(where: string) {
    this.#where = where
  }

  /** Nothing is waited for any more: what comes next is counted anew. */
  idle(): void {
    this.#pending = 0
  }

  /** Whether every reply so far is whole: a decoder of them waits for nothing and keeps nothing. */
  get whole(): boolean {
    return this.#skip === 0 && this.#type === NONE && this.#open.length === 0
  }

  /** Bytes of the last chunk before what was refused. Nothing after them may reach a decoder. */
  get passed(): number {
    return this.#passed
  }

  /** Throws `too_large` once a reply is over the cap or announces that it will be, and `NotResp` for what is none. */
  take(chunk: Buffer): void {
    this.#passed = 0
    this.#pending += chunk.length
    if (this.#pending > PENDING_MAX_BYTES) throw tooLarge(this.#where, this.#pending)
    while (this.#passed < chunk.length) {
      const at = this.#passed
      const next = this.#skip > 0 ? this.#skipped(chunk, at) : this.#read(chunk, at)
      this.#bytes += next - at
      if (this.#bytes > ANSWER_MAX_BYTES) throw tooLarge(this.#where)
      this.#passed = next
      if (this.whole) {
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

  /** By the byte: a text for each line would be garbage with each poll. */
  #read(chunk: Buffer, from: number): number {
    let at = from
    if (this.#type === NONE) {
      this.#type = chunk[at++]!
      if (!TYPES.has(this.#type)) throw new NotResp()
      this.#length = 0
      this.#digits = 0
      this.#negative = false
      this.#returned = false
    }
    const hasLength = this.#type === BULK || this.#type === ARRAY
    while (at < chunk.length) {
      const byte = chunk[at++]!
      // Either without the other: whoever reads on may take another byte for the end of the line.
      if ((byte === LF) !== this.#returned) throw new NotResp()
      if (byte === LF) {
        this.#endLine()
        return at
      }
      this.#returned = byte === CR
      if (!hasLength || byte === CR) continue
      const digit = byte - ZERO
      if (digit >= 0 && digit <= 9) {
        this.#length = this.#length * 10 + digit
        this.#digits++
      } else if (byte === MINUS && this.#digits === 0 && !this.#negative) this.#negative = true
      else throw new NotResp()
    }
    return at
  }

  #endLine(): void {
    const type = this.#type
    this.#type = NONE
    const length = this.#length
    if (type !== BULK && type !== ARRAY) this.#ended()
    else if (this.#negative) {
      if (length !== 1 || this.#digits !== 1) throw new NotResp()
      this.#ended()
    } else if (this.#digits === 0) throw new NotResp()
    else if (type === BULK) {
      if (length > ANSWER_MAX_BYTES) throw tooLarge(this.#where, length)
      this.#skip = length + 2
    } else {
      this.#items += length
      if (this.#items > ITEMS_MAX || this.#open.length >= DEPTH_MAX) throw tooLarge(this.#where)
      if (length > 0) this.#open.push(length)
      else this.#ended()
    }
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
