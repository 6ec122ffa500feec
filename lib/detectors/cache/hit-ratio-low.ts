import { z } from 'zod'
import { text } from '../../format/format.ts'
import { wilson } from '../../math/intervals.ts'
import { grownWithin, increase, newestValue, spanMs, spanWithin } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { readsLost } from '../prices.ts'
import { cacheRows, evidence, factsOf, REFILL_SPAN_MS, refilling, rowOf, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  low: number
  over: number
  warm: number
  lookupsMin: number
  lookupsPerSecondMin: number
  missesPerSecondMin: number
}

const HOUR_MS = 3_600_000
/** Moments of the last day at which it may have been busier. */
const LAST_DAY: readonly number[] = [3, 6, 9, 12, 15, 18, 21, 24].map((hours) => hours * HOUR_MS)

export const hitRatioLow: Detector<Settings> = {
  id: 'cache/hit-ratio-low',
  title: 'Hit ratio is low',
  why: 'More than half of the reads pay for a lookup in the cache and then for the origin as well. Usual causes: too little memory for the keys in use, a TTL shorter than the time between two reads of a key, or keys that are written and never read.',
  harmless:
    'For a cache that only guards against bursts, and where a miss costs little more than a hit. The night of a small cache, whose few reads keep few keys warm, is not reported while its origin is asked no more than by day.',
  settings: z.strictObject({
    ...patience('30s', '60s'),
    low: share(0.5, 'Hit ratio below which the cache costs more reads than it saves'),
    over: duration('5m', 'The hit ratio is measured over this time: long enough that one batch job does not count'),
    warm: duration('10m', 'A cache younger than this is still filling'),
    lookupsMin: threshold(1_000, 'Fewer lookups are not judged: a single cold client would move the ratio by whole points'),
    lookupsPerSecondMin: threshold(5, 'Caches with fewer lookups a second are not judged'),
    missesPerSecondMin: threshold(
      10,
      'Fewer misses a second are a note and no alarm: a quiet cache keeps few keys warm, and any origin bears them',
    ),
  }),
  needs: {
    spanMs: REFILL_SPAN_MS,
    offsetsMs: LAST_DAY,
    metrics: ['cache_hits_total', 'cache_misses_total'],
    also: { metrics: ['cache_uptime_seconds', 'ring_share_owned'] },
  },
  price: readsLost,
  detect: (window, topology, settings) =>
    cacheRows(window, ['cache_hits_total', 'cache_misses_total', 'cache_uptime_seconds']).flatMap((row): Verdict[] => {
      const subject = row.labels
      const { cache_hits_total: hits, cache_misses_total: misses, cache_uptime_seconds: uptime } = row
      if (factsOf(topology, subject.target)?.role === 'store') return []
      if (!hits || !misses) return [{ subject, is: 'unjudged', because: 'misses are not reported' }]
      const stale = staleBecause(hits, window.to)
      if (stale) return [{ subject, is: 'unjudged', because: stale }]
      const unjudged = (because: string): Verdict[] => [{ subject, is: 'unjudged', because }]
      const age = newestValue(uptime)
      if (age !== null && age * 1000 < settings.warm) return unjudged(`it started ${Math.round(age)} s ago and is still filling`)
      const { movedAt: moved } = refilling(window, topology, subject.target!)
      if (moved !== null && window.to - moved < settings.over) return unjudged('keys moved here by a ring are still being refilled')
      const over = (ms: number) => {
        const hit = grownWithin(hits, window.to - ms, window.to)
        return { hit, lookups: hit + grownWithin(misses, window.to - ms, window.to) }
      }
      const seenMs = spanWithin(hits, window.to - settings.over, window.to)
      if (seenMs < 0.8 * settings.over) return unjudged(`${Math.round(seenMs / 1000)} s of history; ${settings.over / 1000} s needed`)
      const whole = over(settings.over)
      const perSecond = whole.lookups / (seenMs / 1000)
      if (whole.lookups < settings.lookupsMin) return unjudged(`${whole.lookups} lookups; ${settings.lookupsMin} needed`)
      if (perSecond < settings.lookupsPerSecondMin) return [{ subject, is: 'clear' }]
      const { value, low, high } = wilson(whole.hit, whole.lookups)
      const newest = over(settings.over / 5)
      if (high >= settings.low || newest.hit >= settings.low * newest.lookups) return [{ subject, is: 'clear' }]
      const missed = (whole.lookups - whole.hit) / (seenMs / 1000)
      if (wasBusier(window, subject, settings, missed)) return [{ subject, is: 'clear' }]
      return [
        {
          subject,
          is: 'found',
          severity: missed < settings.missesPerSecondMin ? 'info' : 'warning',
          summary: `Only ${text(value, 'ratio')} of the reads of ${subject.target} are hits: ${text((1 - value) * perSecond, 'perSecond')} go on to the origin`,
          evidence: [
            evidence({ from: window.to - settings.over, to: window.to }, 'cache_hit_ratio', subject, 'hit ratio', value, 'ratio', {
              low,
              high,
              threshold: settings.low,
            }),
          ],
        },
      ]
    }),
}

/**
 * Whether the origin was asked as much at another time, in the minutes before or within a day, while the hit ratio was not low: then fewer reads
 * are why it is, because each key is read again less often before it ends, and the origin bears it.
 */
function wasBusier(window: SeriesWindow, subject: Labels, { low, over }: Settings, missedPerSecond: number): boolean {
  const bore = (then: SeriesWindow) => {
    const row = rowOf(then, ['cache_hits_total', 'cache_misses_total'], subject)
    if (!row?.cache_hits_total || !row.cache_misses_total) return false
    const [hits, misses] = [increase(row.cache_hits_total.points), increase(row.cache_misses_total.points)]
    const seconds = spanMs(row.cache_misses_total.points) / 1000
    return seconds > 0.5 * (over / 1000) && hits >= low * (hits + misses) && misses / seconds >= missedPerSecond
  }
  for (let end = window.to - over; end - over >= window.from; end -= over) if (bore(window.between(end - over, end))) return true
  return LAST_DAY.some((offsetMs) => {
    const then = window.ago(offsetMs)
    return bore(then.between(then.to - over, then.to + over))
  })
}
