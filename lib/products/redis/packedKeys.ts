/** Bytes of the length before each key. */
const LENGTH = 4

/**
 * Keys packed one after the other into one text of one character a byte, each with its length before it. Thousands of caches keep some keys each: a
 * string for each key would be twice as large, a Buffer four times, and that would hold on to the whole answer it was cut out of.
 */
export function packed(keys: readonly Buffer[]): string {
  if (keys.length === 0) return ''
  let size = 0
  for (const key of keys) size += LENGTH + key.length
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const key of keys) {
    at = bytes.writeUInt32BE(key.length, at)
    at += key.copy(bytes, at)
  }
  return bytes.toString('latin1')
}

/** The keys of such a text. They share their bytes, and are not to be kept. */
export function unpacked(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  const keys: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const from = at + LENGTH
    at = from + bytes.readUInt32BE(at)
    keys.push(bytes.subarray(from, at))
  }
  return keys
}

/** A queue of keys, packed. */
export class KeyQueue {
  #packed = ''
  #size = 0
  readonly #most: number

  /** At most so many: what comes when it is full is left out. */
  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  add(keys: readonly Buffer[]): void {
    const added = keys.slice(0, this.#most - this.#size)
    this.#packed += packed(added)
    this.#size += added.length
  }

  /** All of them; none are left. */
  takeAll(): Buffer[] {
    const keys = unpacked(this.#packed)
    this.clear()
    return keys
  }

  /** The first ones, at most so many. */
  take(most: number): Buffer[] {
    const keys = this.takeAll()
    if (keys.length > most) this.add(keys.splice(Math.max(0, most)))
    return keys
  }

  clear(): void {
    this.#packed = ''
    this.#size = 0
  }
}
