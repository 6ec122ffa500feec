import { keyOf, nameOf } from './keyName.ts'

/** Asked at one look; what is found meanwhile beyond that is left out. */
const WAITING_MAX = 1_000

/**
 * The keys with the largest figures among those that a walk through the keyspace comes past. Each look asks for the newcomers and again
 * for the leaders, so that one which has shrunk or gone leaves.
 */
export class Leaders {
  private waiting: string[] = []
  private best: { name: string; figure: number }[] = []
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Keys that were found. */
  offer(keys: readonly Buffer[]): void {
    this.waiting.push(...keys.slice(0, WAITING_MAX - this.waiting.length).map(nameOf))
  }

  /** Whom to ask now: each key once, the leaders first, at most `most`. Newcomers that have no turn go on waiting. */
  take(most = Number.POSITIVE_INFINITY): Buffer[] {
    const leaders = this.best.slice(0, most).map(({ name }) => name)
    const newcomers = this.waiting.splice(0, most - leaders.length)
    return [...new Set([...leaders, ...newcomers])].map(keyOf)
  }

  /** How many leaders there are. */
  get known(): number {
    return this.best.length
  }

  /** How many there would be to ask now. */
  get size(): number {
    return this.best.length + this.waiting.length
  }

  /** What was answered for the keys taken; null: gone. Returns the leaders, largest first. */
  learn(keys: readonly Buffer[], figures: readonly (number | null)[]): { key: Buffer; figure: number }[] {
    const best = keys
      .flatMap((key, i) => (figures[i] == null ? [] : [{ key, figure: figures[i] }]))
      .sort((a, b) => b.figure - a.figure)
      .slice(0, this.most)
    this.best = best.map(({ key, figure }) => ({ name: nameOf(key), figure }))
    return best
  }

  forget(): void {
    this.waiting = []
    this.best = []
  }
}
