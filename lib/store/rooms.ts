/** Bytes of a page, and of the unit that rooms are counted in. */
const PAGE = 2 ** 16
const UNIT = 8
const SHIFT = Math.log2(PAGE / UNIT)
const INSIDE = PAGE / UNIT - 1

/** No room. */
export const NONE = -1

/** The same bytes as columns of numbers. */
class Page {
  /** One more: an empty block at the end reads beyond it. */
  readonly doubles = new Float64Array(PAGE / 8 + 1)
  readonly words = new Int32Array(this.doubles.buffer)
  readonly shorts = new Int16Array(this.doubles.buffer)
  readonly bytes = new Int8Array(this.doubles.buffer)
}

/**
 * An allocator of small pieces of memory, in pages that all series of a store share: an array of its own costs V8 some 200 bytes beside what it
 * holds. A room is a number; one that is given back goes to the next who asks for that size.
 */
export class Rooms {
  readonly #pages: Page[] = []
  /** Where the newest page is free, in units. */
  #end = INSIDE + 1
  /** The first free room of each size, in units; each begins with the next one's number. */
  readonly #free: number[] = []

  take(bytes: number): number {
    const units = Math.ceil(bytes / UNIT)
    const room = this.#free[units] ?? NONE
    if (room !== NONE) {
      this.#free[units] = this.page(room).words[this.word(room)]!
      return room
    }
    if (this.#end + units > INSIDE + 1) this.#turn()
    this.#end += units
    return ((this.#pages.length - 1) << SHIFT) + this.#end - units
  }

  /** It is given back with the size that was asked for. */
  give(room: number, bytes: number): void {
    const units = Math.ceil(bytes / UNIT)
    this.page(room).words[this.word(room)] = this.#free[units] ?? NONE
    while (this.#free.length < units) this.#free.push(NONE)
    this.#free[units] = room
  }

  page(room: number): Page {
    return this.#pages[room >>> SHIFT]!
  }

  /** Where it begins in its page, in words of four bytes. */
  word(room: number): number {
    return (room & INSIDE) * 2
  }

  /** A new page. What was left of the last one is a room too. */
  #turn(): void {
    const left = INSIDE + 1 - this.#end
    if (left > 0) this.give(((this.#pages.length - 1) << SHIFT) + this.#end, left * UNIT)
    this.#pages.push(new Page())
    this.#end = 0
  }
}
