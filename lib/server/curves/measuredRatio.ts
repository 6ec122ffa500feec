import type { Store } from '../../model/store.ts'

const STEPS = 300
const STEP_LEAST_MS = 1_000

/** What the cache itself has counted between two moments: its hit ratio, and of how many reads. */
export function measuredRatio(
  store: Pick<Store, 'query'>,
  target: string,
  from: number,
  to: number,
): { ratio: number; reads: number } | null {
  const stepMs = Math.max(STEP_LEAST_MS, Math.ceil((to - from) / STEPS))
  const perSecond = (metric: string) => store.query({ metric, labels: { target }, from, to, stepMs, rate: true })[0]?.points ?? []
  const misses = new Map(perSecond('cache_misses_total'))
  let [hit, read] = [0, 0]
  for (const [at, hits] of perSecond('cache_hits_total')) {
    const missed = misses.get(at)
    if (hits === null || missed === null || missed === undefined) continue
    hit += (hits * stepMs) / 1_000
    read += ((hits + missed) * stepMs) / 1_000
  }
  return read > 0 ? { ratio: hit / read, reads: read } : null
}
