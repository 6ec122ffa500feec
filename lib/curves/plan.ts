import type { References } from './references.ts'

/** Steps of simulation for one question (references × sizes × repeats): about a second of CPU. */
const STEPS = 5_000_000
/** Two as asked, one with a little more memory and one with less; one fewer when there is much to do. */
const REPEATS = 4
const REPEATS_LEAST = 3
/** A sample of fewer keys says little of the others: hit ratios were off by 2 to 5 points at 1,000 keys, by less than 1 at 8,000. */
const SAMPLE_KEYS = 4_096
/** A simulated cache of fewer keys is ruled by chance where the real one is not. */
const CACHE_KEYS = 512
/** So much of the steps again goes to small caches. */
const SMALL_SHARE = 0.5

/** How finely a question is simulated. */
export type Plan = {
  /** Shares of the given keys, one for each size. */
  rates: number[]
  /** How often each size is simulated, with other draws, another minute and memory a little off. */
  repeats: number
}

/**
 * The sampling for one question: everything while that is affordable; else as many keys as the steps allow, but never so few that they say
 * nothing of the rest. Small caches get a larger share, so that the simulated one still holds enough keys.
 */
export function planOf(references: References, capacities: readonly number[]): Plan {
  const rows = Math.max(1, references.key.length)
  const each = STEPS / (rows * capacities.length)
  const rate = Math.min(1, Math.max(each / REPEATS, SAMPLE_KEYS / Math.max(1, references.keys)))
  const repeats = each >= rate * REPEATS ? REPEATS : REPEATS_LEAST
  const needed = capacities.map((keys) => CACHE_KEYS / Math.max(1, keys * references.samplingRate))
  const small = needed.filter((share) => share > rate).length
  const most = Math.min(1, Math.max(rate, (SMALL_SHARE * STEPS) / (rows * repeats * Math.max(1, small))))
  return {
    repeats,
    // Doublings, so that many sizes share few samples.
    rates: needed.map((share) => (share > rate ? Math.min(most, rate * 2 ** Math.ceil(Math.log2(share / rate))) : rate)),
  }
}
