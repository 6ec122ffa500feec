/** What is known of the traffic that a moved ring would meet. Rates a second; ratios and shares from 0 to 1. */
export type ColdQuestion = {
  /** Fractions of the keys and of the reads whose owner changes; null while nobody sees who reads what. */
  movedKeys: number
  movedReads: number | null
  /** Known hot keys that change hands: how many, and their part of all reads. */
  hot?: { keys: number; reads: number }
  readsPerSecond: number | null
  hitRatio: number | null
  /** Keys that the ring's nodes hold now. */
  items: number | null
}

export type ColdAnswer =
  | {
      /** Reads a second that hit now and will miss in the first moment. */
      perSecond: number
      /** Misses a second now, before anything moves. */
      missesNow: number
      /** Until nineteen of twenty cold misses are over; null with the reason. */
      warmSeconds: number | null
      /** How many extra misses there are in all, until everything is warm. */
      extraMisses: number | null
      warmBecause?: string
    }
  | { because: string }

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
 */
export function predictCold(question: ColdQuestion): ColdAnswer {
  const { movedKeys, movedReads, hot = { keys: 0, reads: 0 }, readsPerSecond, hitRatio, items } = question
  if (readsPerSecond === null) return { because: 'no reads are seen on this ring' }
  if (hitRatio === null) return { because: 'the hit ratio behind this ring is not seen' }
  if (movedReads === null) return { because: 'which node takes which part of the reads is not seen yet' }
  const perSecond = Math.max(0, movedReads - hot.reads) * readsPerSecond * hitRatio
  const missesNow = readsPerSecond * (1 - hitRatio)
  if (perSecond === 0) return { perSecond, missesNow, warmSeconds: 0, extraMisses: hot.keys }
  if (items === null)
    return { perSecond, missesNow, warmSeconds: null, extraMisses: null, warmBecause: 'how many keys the nodes hold is not seen' }
  const moved = items * movedKeys
  return { perSecond, missesNow, warmSeconds: (Math.log(20) * moved) / perSecond, extraMisses: moved }
}
