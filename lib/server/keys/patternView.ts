import type { KeyPatternView, PatternHitRatio } from '../../model/answers/key.ts'
import { type KeyPattern, TTL_BOUNDS_MS } from '../../model/record.ts'
import { iso } from '../http/iso.ts'

/** A pattern as the API tells it: estimates of all its keys from those that were sampled. */
export function patternView(one: KeyPattern, hitRatio: PatternHitRatio | null = null): KeyPatternView {
  const { target, pattern, share, low, high, ttlMsMedian, sampled, of, keys, bytesLow, bytesHigh, types = [] } = one
  const sizes = one.sizes ?? 0
  // An older Evenkeel wrote 0 where nothing was measured.
  const bytesMean = one.bytesMean || null
  const count = keys === undefined ? null : { value: share * keys, low: low * keys, high: high * keys }
  const seen = types.reduce((sum, [, many]) => sum + many, 0)
  return {
    target,
    pattern,
    share,
    low,
    high,
    bytesMean,
    ttlMsMedian,
    sample: sampled === undefined || of === undefined ? null : { keys: sampled, of, sizes, idles: one.idles ?? 0 },
    count,
    bytes:
      count === null || bytesMean === null || bytesLow === undefined || bytesHigh === undefined
        ? null
        : { value: count.value * bytesMean, low: count.low * bytesLow, high: count.high * bytesHigh },
    ttl: ttlOf(one),
    types: types.map(([type, many]) => ({ type, share: many / seen })),
    idleSecondsMedian: one.idleSecondsMedian ?? null,
    biggest: one.biggest ?? [],
    hitRatio,
    at: iso(one.at),
  }
}

function ttlOf({ ttlCounts }: KeyPattern): KeyPatternView['ttl'] {
  if (!ttlCounts || ttlCounts.length !== TTL_BOUNDS_MS.length + 2) return null
  const all = ttlCounts.reduce((sum, many) => sum + many, 0)
  if (all === 0) return null
  return [...TTL_BOUNDS_MS, null].map((belowMs, i) => ({ belowMs, share: ttlCounts[i]! / all }))
}
