import { meanInterval } from '../../math/intervals.ts'
import { median } from '../../math/robust.ts'
import { patternOf } from '../../model/patterns.ts'
import type { BigKey, KeyPattern, TtlHistogram } from '../../model/record.ts'
import { keyText } from '../answers.ts'
import { TtlSample } from '../ttlSample.ts'
import type { DumpedKey } from './metadump.ts'

const PATTERNS = 20
const BIG = 20
/** The biggest keys of a pattern that are shown with it. */
const BIGGEST = 3
const KEY_MAX = 512

export type KeySample = {
  histogram: Omit<TtlHistogram, 'kind' | 'target' | 'id' | 'at'>
  patterns: Omit<KeyPattern, 'kind' | 'target' | 'id' | 'at'>[]
}

/** What a sample of keys tells of all: when they end, and the patterns with their share, size, TTL and how long they were not read. `now` is the server's. */
export function summaryOf(dumped: readonly DumpedKey[], keys: number, now: number): KeySample {
  const sample = new TtlSample()
  const living = dumped.filter(({ endsAt }) => endsAt === null || endsAt > now).map((one) => ({ ...one, text: keyText(one.key) }))
  sample.add(
    living.map(({ text, endsAt }) => ({ key: text, endsAt })),
    Math.max(keys, living.length),
    '',
  )
  const byPattern = Map.groupBy(living, ({ text }) => patternOf(text))
  const patterns = sample.patternShares(now, PATTERNS).map((one) => {
    const own = byPattern.get(one.pattern) ?? []
    const sizes = own.flatMap(({ bytes }) => bytes ?? [])
    const size = meanInterval(sizes)
    // memcached notes a read of the same key once a minute at most.
    const idle = median(own.map(({ readAt }) => Math.max(0, now - readAt) / 1_000))
    return {
      ...one,
      keys,
      bytesMean: size?.value ?? null,
      // Of one size nothing is known of the others.
      ...(size && sizes.length > 1 ? { bytesLow: Math.max(0, size.low), bytesHigh: size.high } : {}),
      sizes: sizes.length,
      types: [['string', own.length] as [string, number]],
      ...(idle === null ? {} : { idleSecondsMedian: idle, idles: own.length }),
      biggest: largestOf(own).slice(0, BIGGEST),
    }
  })
  return { histogram: sample.histogram(now, keys), patterns }
}

/** The largest of the keys. */
export const largestOf = (dumped: readonly DumpedKey[]): Pick<BigKey, 'key' | 'type' | 'bytes'>[] =>
  dumped
    .flatMap(({ key, bytes }) => (bytes === null ? [] : [{ key: keyText(key.subarray(0, KEY_MAX)), type: 'string', bytes }]))
    .sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1))
    .slice(0, BIG)
