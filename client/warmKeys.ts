export type WarmOptions = {
  /** The hottest first. */
  keys: Iterable<string> | AsyncIterable<string>
  /** No faster than the origin bears. */
  perSecond: number
  /** Fetches one key and stores it; false: it was there already. It is to leave alone what is there: `SET … NX`. */
  fill(key: string): Promise<unknown>
  stop?: AbortSignal
  /** Fills under way at once, so that one that is slow does not hold up all. Default 8. */
  atOnce?: number
  /** Told of a fill that failed; after twenty in a row it ends, because the origin is not there. */
  onError?(key: string, error: Error): void
}

const FAILURES_MOST = 20

/** Cache warming: fills keys at a bounded rate, until all are there, or it is stopped. Says how many it filled. */
export async function warmKeys({
  keys,
  perSecond,
  fill,
  stop,
  atOnce = 8,
  onError,
}: WarmOptions): Promise<{ filled: number; there: number; failed: number }> {
  if (!(perSecond > 0)) throw new RangeError('perSecond: expected a rate over 0')
  const done = { filled: 0, there: 0, failed: 0 }
  const underWay = new Set<Promise<void>>()
  let inARow = 0
  let due = performance.now()
  const one = async (key: string) => {
    try {
      if ((await fill(key)) === false) done.there++
      else done.filled++
      inARow = 0
    } catch (error) {
      done.failed++
      inARow++
      onError?.(key, error instanceof Error ? error : new Error(String(error)))
    }
  }
  for await (const key of keys) {
    if (stop?.aborted || inARow >= FAILURES_MOST) break
    // What was missed while the machine slept is not made up for at once.
    due = Math.max(due, performance.now() - 1_000) + 1_000 / perSecond
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    if (stop?.aborted) break
    while (underWay.size >= atOnce) await Promise.race(underWay)
    const work: Promise<void> = one(key).finally(() => underWay.delete(work))
    underWay.add(work)
  }
  await Promise.all(underWay)
  return done
}
