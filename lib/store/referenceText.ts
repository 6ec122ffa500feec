const [NEWLINE, COLON] = [10, 58]
/** Lines of a reference, and how many of another text's lines are looked for in it: what is beyond is kept as it is. */
const LINES_MOST = 2_000
const LOOKED_FOR_MOST = 64

/** What follows a run of equal lines: a line that the reference has nothing like, one like the next of its lines, or (from 2 on) like line n − 2. */
const [NEW, NEXT, JUMP] = [0, 1, 2]

/** Longer texts have no difference. */
const LENGTH_MOST = 65_536
/** The text that is compared, and its difference: filled anew for each. */
const room = Buffer.allocUnsafeSlow(LENGTH_MOST + 4)
const view = new DataView(room.buffer)
const out = Buffer.allocUnsafeSlow(LENGTH_MOST / 2)

/**
 * An ASCII text that others of its kind are kept against, as delta encoding by lines: runs of equal ones, and of each other line what is between the part
 * that it begins and the part that it ends like. The INFO of a cache is 6 kB, of which all but some numbers is in thousands of others.
 */
export class ReferenceText {
  readonly #bytes: Buffer<ArrayBuffer>
  readonly #view: DataView
  /** Where each line begins, and where the last one ends. What follows the last newline is none. */
  readonly #starts: Uint32Array
  /** Where the name of each line ends, with its colon; the end of the line where it has none. */
  readonly #named: Uint32Array

  constructor(text: string) {
    const starts = [0]
    for (let at = text.indexOf('\n') + 1; at > 0 && starts.length <= LINES_MOST; at = text.indexOf('\n', at) + 1) starts.push(at)
    this.#starts = Uint32Array.from(starts)
    this.#bytes = Buffer.allocUnsafeSlow(starts.at(-1)!)
    this.#bytes.write(text, 'latin1')
    this.#view = new DataView(this.#bytes.buffer)
    this.#named = Uint32Array.from(starts.slice(1), (end, line) => {
      const colon = this.#bytes.indexOf(COLON, starts[line])
      return colon < 0 || colon >= end ? end : colon + 1
    })
  }

  /** The difference of a text, good until the next one; null: it is longer than half of it, or that is no ASCII. */
  difference(text: string): Buffer | null {
    const { length } = text
    const own = room
    // What is no ASCII takes more bytes than characters, for which there is room. `Buffer.byteLength` takes six times as long.
    if (length > LENGTH_MOST || own.write(text, 'utf8') !== length) return null
    const bytes = this.#bytes
    const starts = this.#starts
    const lines = starts.length - 1
    const most = (length >> 1) - 6 * NUMBER_MOST
    let at = 0
    let run = 0
    let line = 0
    let lookedFor = 0
    for (let from = 0; from < length; ) {
      let i = from
      let isNamed = false
      if (line < lines) {
        const shift = starts[line]! - from
        i = this.#alike(from, shift, length)
        for (; line < lines && starts[line + 1]! - shift <= i; line++) run++
        from = starts[line]! - shift
        if (from === length) break
        isNamed = line < lines && i + shift >= this.#named[line]!
      }
      let end = i
      while (end < length && own[end] !== NEWLINE) end++
      if (end < length) end++
      let way = NEXT
      let prefix = i - from
      if (!isNamed) {
        const like = lookedFor++ < LOOKED_FOR_MOST ? this.#lineLike(from, end, line) : -1
        way = like < 0 ? NEW : like + JUMP
        prefix = 0
        if (like >= 0) line = like
      }
      let suffix = 0
      if (way !== NEW) {
        const first = starts[line]!
        const last = starts[line + 1]!
        const shorter = Math.min(end - from, last - first)
        while (prefix < shorter && own[from + prefix] === bytes[first + prefix]) prefix++
        while (suffix < shorter - prefix && own[end - 1 - suffix] === bytes[last - 1 - suffix]) suffix++
        line++
      }
      const between = end - from - prefix - suffix
      if (at + between > most) return null
      at = put(at, run)
      at = put(at, way)
      if (way !== NEW) at = put(put(at, prefix), suffix)
      at = put(at, between)
      for (let k = from + prefix; k < end - suffix; k++) out[at++] = own[k]!
      run = 0
      from = end
    }
    return out.subarray(0, put(at, run))
  }

  /** Up to where the text is the same from there on as this one `shift` further. Eight bytes at once: those of ASCII are never those of a NaN. */
  #alike(from: number, shift: number, length: number): number {
    const bytes = this.#bytes
    const ours = this.#view
    const [theirs, own] = [view, room]
    const end = Math.min(length, bytes.length - shift)
    let i = from
    while (i + 8 <= end && theirs.getFloat64(i, true) === ours.getFloat64(i + shift, true)) i += 8
    while (i < end && own[i] === bytes[i + shift]) i++
    return i
  }

  /** The text whose difference this is. */
  text(difference: Buffer): string {
    const [bytes, starts] = [this.#bytes, this.#starts]
    const parts: string[] = []
    const copy = (from: number, to: number) => parts.push(bytes.toString('latin1', from, to))
    let [at, line] = [0, 0]
    const number = () => {
      let value = 0
      for (let shift = 0; ; shift += 7) {
        const byte = difference[at++]!
        value |= (byte & 127) << shift
        if (byte < 128) return value
      }
    }
    for (;;) {
      const run = number()
      copy(starts[line]!, starts[line + run]!)
      line += run
      if (at >= difference.length) return parts.join('')
      const way = number()
      if (way >= JUMP) line = way - JUMP
      const [prefix, suffix] = way === NEW ? [0, 0] : [number(), number()]
      const own = number()
      if (way !== NEW) copy(starts[line]!, starts[line]! + prefix)
      parts.push(difference.toString('latin1', at, at + own))
      at += own
      if (way === NEW) continue
      line++
      copy(starts[line]! - suffix, starts[line]!)
    }
  }

  /** The line of the same name, from this one on and then from the first; -1: none. A line without a name is like one that is the same. */
  #lineLike(from: number, end: number, first: number): number {
    const [bytes, starts] = [this.#bytes, this.#starts]
    const lines = starts.length - 1
    let named = from
    while (named < end && room[named] !== COLON) named++
    if (named < end) named++
    for (let k = 0; k < lines; k++) {
      const line = (first + k) % lines
      const shift = starts[line]! - from
      if (starts[line + 1]! - starts[line]! < named - from) continue
      let i = from
      while (i < named && room[i] === bytes[i + shift]) i++
      if (i === named) return line
    }
    return -1
  }
}

/** Bytes of a number, at most. */
const NUMBER_MOST = 4

function put(place: number, value: number): number {
  let [at, left] = [place, value]
  while (left > 127) {
    out[at++] = 128 | (left & 127)
    left >>= 7
  }
  out[at++] = left
  return at
}
