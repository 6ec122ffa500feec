import { ReferenceText } from './referenceText.ts'

/** From so many characters on a text is kept outside of V8's heap. */
const OUTSIDE_LEAST = 1_024
/** A place that is more than so many times as large as its text is given up. */
const ROOM_MOST = 2
/** Texts are of one kind that begin alike for so long. */
const ALIKE = 32
/** Kinds that are known, references among them, and how long a text may be that becomes one. */
const KINDS_MOST = 200
const REFERENCES_MOST = 30
const REFERENCE_MOST = 32_768

/** By how texts begin. One reference for each kind that several are kept of; null: one has been seen. */
const kinds = new Map<string, ReferenceText | null>()
let references = 0

/**
 * A text that is replaced often and looked at seldom, in bytes that are written over: each as a string of its own would outlive the young
 * generation, and be garbage in the old one a second later. Of a kind that several are kept of, it is the difference to one of them.
 */
export class HeldText {
  #short: string | null = null
  #bytes: Buffer | null = null
  #length = 0
  #encoding: 'latin1' | 'utf8' | 'utf16le' = 'latin1'
  /** Null: there was none yet. False: the text was too unlike the one of its kind. */
  #reference: ReferenceText | null | false = null
  /** What is kept is the difference to it. */
  #differs = false

  constructor(text: string) {
    const kind = text.length < OUTSIDE_LEAST || text.length > REFERENCE_MOST ? '' : text.slice(0, ALIKE)
    const known = kinds.get(kind)
    if (known) this.#reference = known
    else if (known === null && references < REFERENCES_MOST && isAscii(text)) {
      references++
      this.#reference = new ReferenceText(text)
      kinds.set(kind, this.#reference)
    } else if (known === undefined && kind !== '') {
      if (kinds.size >= KINDS_MOST) forgetLonely()
      kinds.set(copyOf(kind), null)
    }
    this.set(text)
  }

  set(text: string): void {
    if (text.length < OUTSIDE_LEAST) {
      this.#short = text
      this.#bytes = null
      return
    }
    this.#short = null
    this.#reference ??= kinds.get(text.slice(0, ALIKE)) ?? null
    if (this.#reference && this.#setDifference(this.#reference, text)) return
    this.#differs = false
    this.#encoding = isAscii(text) ? 'latin1' : text.isWellFormed() ? 'utf8' : 'utf16le'
    const bytes = this.#placeOf(Buffer.byteLength(text, this.#encoding))
    this.#length = bytes.write(text, this.#encoding)
  }

  get text(): string {
    if (this.#short !== null) return this.#short
    const bytes = this.#bytes!.subarray(0, this.#length)
    return this.#differs ? (this.#reference as ReferenceText).text(bytes) : bytes.toString(this.#encoding)
  }

  /** What it takes. */
  get byteLength(): number {
    return this.#bytes?.length ?? 0
  }

  /** Whether it is so much shorter than the text that it is kept. */
  #setDifference(reference: ReferenceText, text: string): boolean {
    const difference = reference.difference(text)
    this.#differs = difference !== null
    if (difference === null) {
      this.#reference = false
      return false
    }
    this.#length = difference.copy(this.#placeOf(difference.length))
    return true
  }

  #placeOf(length: number): Buffer {
    if (!this.#bytes || this.#bytes.length < length || this.#bytes.length > ROOM_MOST * length)
      // A little more, so that counters may grow.
      this.#bytes = Buffer.allocUnsafeSlow(length + (length >> 4))
    return this.#bytes
  }
}

/** Lists of clients, say, hardly begin alike twice. */
function forgetLonely(): void {
  for (const [kind, reference] of kinds) if (!reference) kinds.delete(kind)
}

/** A part of a text keeps all of it. */
const copyOf = (part: string): string => Buffer.from(part).toString()

const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length
