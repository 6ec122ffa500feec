import type { References } from './references.ts'

/** Steps of simulation for one question (references × sizes × repetitions): about a second of CPU. */
const STEPS = 5_000_000
const REPEATS = 4
/** A sample of fewer keys says little of the others: the error of a hit ratio was 2 to 5 points at 1,000 keys, below 1 at 8,000. */
const SAMPLE_KEYS = 8_192
/** A simulated cache of fewer keys is ruled by chance where the real one is not. */
const CACHE_KEYS = 512

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
  const repeats = Math.max(1, Math.min(REPEATS, Math.round(each / rate)))
  const most = Math.max(rate, STEPS / rows / repeats)
  return {
    repeats,
    rates: capacities.map((keys) => {
      const needed = CACHE_KEYS / Math.max(1, keys * references.samplingRate)
      // Doublings, so that many sizes share few samples.
      const doubled = needed > rate ? rate * 2 ** Math.ceil(Math.log2(needed / rate)) : rate
      return Math.min(1, most, doubled)
    }),
  }
}
