/** The least time over which pages that hear of one event at the same moment spread what they ask for. */
const SPREAD_LEAST_MS = 300
const SPREAD_MOST_MS = 15_000
/** As long as so many answers take. */
const ANSWERS = 5
/** How much the newest answer counts for how long answers take. */
const NEWEST_SHARE = 0.2

/**
 * How eagerly a page asks: the longer answers take and the more pages are open, the longer it waits, by chance. Pages that all waited equally long
 * would ask at the same moment again (full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function createPace(random: () => number = Math.random) {
  let answerMs = 0
  let askedMs = 0
  // Of this page for good: intervals that differ at each look would begin anew at each drawing.
  const own = 0.8 + 0.4 * random()
  const spread = () => Math.min(SPREAD_MOST_MS, Math.max(SPREAD_LEAST_MS, ANSWERS * answerMs, askedMs))
  return {
    /** An answer took so long. */
    answered(ms: number) {
      answerMs += NEWEST_SHARE * (ms - answerMs)
    },
    /** So long was waited for one that was given up: it would have taken longer. */
    gaveUp(ms: number) {
      if (ms > answerMs) this.answered(ms)
    },
    /** The server asks for it, which knows how many pages are open. */
    asked(ms: number | undefined) {
      askedMs = ms ?? 0
    },
    /** How long to wait after an event. */
    delay: () => SPREAD_LEAST_MS + random() * spread(),
    /** How long to wait before the `failures`-th try again. */
    retry: (failures: number) => random() * Math.min(30_000, Math.max(spread(), 1_000 * 2 ** failures)),
    /** How often to ask for what was to be asked for so often: that, or a power of two of it, so that it seldom changes. */
    every(ms: number): number {
      const wanted = 2 * spread()
      return own * ms * 2 ** Math.max(0, Math.ceil(Math.log2(wanted / ms)))
    },
  }
}

/** That of this tab. */
export const pace = createPace()
