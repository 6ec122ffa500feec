import { nameOf } from './keyName.ts'
import { KeyQueue, packed, unpacked } from './packedKeys.ts'

/** Asked at one look; what is found meanwhile beyond that is left out. */
const WAITING_MAX = 1_000

/** `note`: what its owner has noted of it; null: nothing yet. */
export type Leader = { key: Buffer; figure: number; note: string | null }

/**
 * The keys with the largest figures among those that a walk through the keyspace comes past. Each look asks for the newcomers and again
 * for the leaders, so that one which has shrunk or gone leaves.
 */
export class Leaders {
  private readonly waiting = new KeyQueue(WAITING_MAX)
  private best = ''
  private notes: readonly (string | null)[] = []
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Keys that were found. */
  offer(keys: readonly Buffer[]): void {
    this.waiting.add(keys)
  }

  /** Whom to ask now: each key once, the leaders first, at most `most`. Newcomers that have no turn go on waiting. */
  take(most = Number.POSITIVE_INFINITY): Buffer[] {
    const leaders = unpacked(this.best).slice(0, most)
    const newcomers = this.waiting.take(most - leaders.length)
    return [...new Map([...leaders, ...newcomers].map((key) => [nameOf(key), key])).values()]
  }

  /** How many leaders there are. */
  get known(): number {
    return this.notes.length
  }

  /** How many there would be to ask now. */
  get size(): number {
    return this.known + this.waiting.size
  }

  /** What was answered for the keys taken; null: gone. Returns the leaders, largest first. */
  learn(keys: readonly Buffer[], figures: readonly (number | null)[]): Leader[] {
    const notes = this.noted()
    const best = keys
      .flatMap((key, i) => (figures[i] == null ? [] : [{ key, figure: figures[i] }]))
      .sort((a, b) => b.figure - a.figure)
      .slice(0, this.most)
      .map(({ key, figure }) => ({ key, figure, note: notes?.get(nameOf(key)) ?? null }))
    this.best = packed(best.map(({ key }) => key))
    this.notes = best.map(({ note }) => note)
    return best
  }

  /** Of each leader, in their order: it stays with the key for as long as that leads. */
  note(notes: readonly (string | null)[]): void {
    if (notes.length === this.known) this.notes = notes
  }

  private noted(): Map<string, string | null> | null {
    if (this.notes.every((note) => note === null)) return null
    return new Map(unpacked(this.best).map((key, i) => [nameOf(key), this.notes[i]!]))
  }
}
