/** From so many characters on a text is kept outside of V8's heap. */
const OUTSIDE_LEAST = 1_024
/** A place that is more than so many times as large as its text is given up. */
const ROOM_MOST = 2

/**
 * A text that is replaced often and looked at seldom, in bytes that are written over: each as a string of its own would outlive the young
 * generation, and be garbage in the old one a second later.
 */
export class HeldText {
  #short: string | null = null
  #bytes: Buffer | null = null
  #length = 0
  #encoding: 'latin1' | 'utf8' | 'utf16le' = 'latin1'

  constructor(text: string) {
    this.set(text)
  }

  set(text: string): void {
    if (text.length < OUTSIDE_LEAST) {
      this.#short = text
      this.#bytes = null
      return
    }
    this.#short = null
    let length = Buffer.byteLength(text)
    this.#encoding = length === text.length ? 'latin1' : text.isWellFormed() ? 'utf8' : 'utf16le'
    if (this.#encoding === 'utf16le') length = 2 * text.length
    if (!this.#bytes || this.#bytes.length < length || this.#bytes.length > ROOM_MOST * length)
      // A little more, so that counters may grow.
      this.#bytes = Buffer.allocUnsafeSlow(length + (length >> 4))
    this.#length = this.#bytes.write(text, this.#encoding)
  }

  get text(): string {
    return this.#short ?? this.#bytes!.toString(this.#encoding, 0, this.#length)
  }
}
