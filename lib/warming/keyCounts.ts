import { wilson } from '../math/intervals.ts'
import type { KeyReads, Share } from '../model/warming.ts'

/** What is popular changes within hours: a read counts half after this time. */
const HALF_MS = 30 * 60_000
/** Weights grow by this much at the most before all of them are brought down. */
const HALVES_MAX = 60
/** So many names are counted for each one that is wanted: those beyond are the rarest, and each stands again as soon as it is read. */
const COUNTED_TIMES = 8
const COUNTED_LEAST = 4_000
const SLACK = 1.25
/** Fewer reads tell nothing of a part of them. */
const READS_LEAST = 200

/**
 * A top-k counter of reads by key with exponential decay, within bounded memory (lossy counting: the rarest are forgotten). It also tells what part
 * of the reads the names hold that it gave out: counted on later reads, because counted on the same ones chance alone would make it too large.
 */
export class KeyCounts {
  readonly #weights = new Map<string, number>()
  readonly #most: number
  readonly #wanted: number
  #since = 0
  #named = new Set<string>()
  #covered = { hits: 0, reads: 0 }

  constructor(wanted: number) {
    this.#wanted = wanted
    this.#most = Math.max(COUNTED_LEAST, COUNTED_TIMES * wanted)
  }

  add({ keys, reads }: KeyReads, at: number): void {
    const weight = this.#weightAt(at)
    if (this.#named.size > 0) {
      this.#covered.reads += weight * reads
      for (const [name, count] of keys) if (this.#named.has(name)) this.#covered.hits += weight * count
    }
    for (const [name, count] of keys) this.#weights.set(name, (this.#weights.get(name) ?? 0) + weight * count)
    if (this.#weights.size > this.#most * SLACK) this.#prune()
  }

  /** The hottest by name, each with its part of what is counted. From now on it is counted what part of the reads they hold. */
  name(): [name: string, part: number][] {
    const all = [...this.#weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    const sum = all.reduce((total, [, weight]) => total + weight, 0)
    const top = all.slice(0, this.#wanted).map(([name, weight]): [string, number] => [name, weight / sum])
    this.#named = new Set(top.map(([name]) => name))
    return top
  }

  /** What part of the reads the names hold, as counted since the first were given out; null: of too few. */
  covers(at: number): Share | null {
    const weight = this.#weightAt(at)
    const [hits, reads] = [this.#covered.hits / weight, this.#covered.reads / weight]
    if (reads < READS_LEAST) return null
    const { value, low, high } = wilson(Math.min(hits, reads), reads)
    return { value, low, high }
  }

  #weightAt(at: number): number {
    if (this.#since === 0) this.#since = at
    const halves = (at - this.#since) / HALF_MS
    if (halves <= HALVES_MAX) return 2 ** halves
    const down = 2 ** -halves
    for (const [name, weight] of this.#weights) this.#weights.set(name, weight * down)
    this.#covered = { hits: this.#covered.hits * down, reads: this.#covered.reads * down }
    this.#since = at
    return 1
  }

  #prune(): void {
    const rarest = [...this.#weights].sort((a, b) => a[1] - b[1]).slice(0, this.#weights.size - this.#most)
    for (const [name] of rarest) this.#weights.delete(name)
  }
}
