/** What is known of the traffic that a moved ring would meet. Rates a second; ratios and shares from 0 to 1. */
export type ColdQuestion = {
  /** Fractions of the keys and of the reads whose owner changes; null while nobody sees who reads what. */
  movedKeys: number
  movedReads: number | null
  /** Known hot keys that change hands: how many, and their part of all reads. */
  hot?: { keys: number; reads: number }
  /** At most: the sum of the squares of what part of all reads each other key has. Without it there is no interval. */
  squares?: number
  readsPerSecond: number | null
  hitRatio: number | null
  /** Keys that the ring's nodes hold now. */
  items: number | null
}

export type ColdAnswer =
  | {
      /** Reads a second that hit now and will miss in the first moment. */
      perSecond: number
      /** Between which it lies in 95 of 100 cases, since chance decides which of the popular keys are among those that move. */
      low?: number
      high?: number
      /** Misses a second now, before anything moves. */
      missesNow: number
      /** Until nineteen of twenty cold misses are over; null with the reason. */
      warmSeconds: number | null
      warmLow?: number
      /** Absent where the interval reaches down to no misses at all. */
      warmHigh?: number
      /** How many extra misses there are in all, until everything is warm. */
      extraMisses: number | null
      warmBecause?: string
    }
  | { because: string }

/** Two-sided 95 % of a normal distribution. */
const Z95 = 1.96

/**
 * Predicts the cold misses of a move. A key that changes hands misses on its first read, then its new owner has it:
 *
 * - at first, cold misses a second = reads a second × share of the reads that moves × hit ratio (what missed before misses anyway);
 * - a known hot key is fetched again by its first read, so that its reads do not count beyond that one;
 * - moved keys K = keys held × share of the keys that moves; each is read every K / (cold misses a second) seconds on average, and the
 *   chance that it has not been read yet falls as e^(−t ÷ that). Nineteen of twenty are over after ln 20 = 3.0 times it.
 *
 * That takes the moved keys but the hot ones to be equally popular. Where they are not, the misses fall faster at first and the rarely
 * read ones trail; there are never more extra misses than moved keys.
 *
 * Each of the other keys moves with the chance q = share of the keys that moves, so the reads that move scatter with the variance
 * q (1 − q) × Σ part². That makes the interval.
 */
export function predictCold(question: ColdQuestion): ColdAnswer {
  const { movedKeys, movedReads, hot = { keys: 0, reads: 0 }, squares, readsPerSecond, hitRatio, items } = question
  if (readsPerSecond === null) return { because: 'no reads are seen on this ring' }
  if (hitRatio === null) return { because: 'the hit ratio behind this ring is not seen' }
  if (movedReads === null) return { because: 'which node takes which part of the reads is not seen yet' }
  const perSecond = Math.max(0, movedReads - hot.reads) * readsPerSecond * hitRatio
  const missesNow = readsPerSecond * (1 - hitRatio)
  if (perSecond === 0) return { perSecond, missesNow, warmSeconds: 0, extraMisses: hot.keys }
  const scatter = squares === undefined ? undefined : Z95 * Math.sqrt(movedKeys * (1 - movedKeys) * squares) * readsPerSecond * hitRatio
  const [low, high] =
    scatter === undefined ? [] : [Math.max(0, perSecond - scatter), Math.min(readsPerSecond * hitRatio, perSecond + scatter)]
  const band = low === undefined ? {} : { low, high }
  if (items === null)
    return { perSecond, ...band, missesNow, warmSeconds: null, extraMisses: null, warmBecause: 'how many keys the nodes hold is not seen' }
  const moved = items * movedKeys
  const warm = (rate: number) => (Math.log(20) * moved) / rate
  return {
    perSecond,
    ...band,
    missesNow,
    warmSeconds: warm(perSecond),
    ...(high ? { warmLow: warm(high) } : {}),
    ...(low ? { warmHigh: warm(low) } : {}),
    extraMisses: moved,
  }
}
