import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { rateOf, rows } from './batches.ts'
import { hitRatio, memoryRatio, readRate } from './cache.ts'
import { expirationPeak } from './expiry.ts'
import { plain } from './plain.ts'
import { errorRatio, imbalance, responseSeconds, share } from './pool.ts'
import { ringImbalance } from './ring.ts'

type Of = (where: Labels, window: SeriesWindow) => Measurement

/** A counter's rate per second under a name of its own. */
const rateNamed =
  (counter: string): Of =>
  (where, window) =>
    rateOf(window, rows(window, counter, where), counter, where)

/** Everything that has a definition of its own. Ratios run 0 to 1, times are seconds, rates are per second. */
const MEASURES: Record<string, Of> = {
  cache_hit_ratio: hitRatio,
  cache_read_rate: readRate,
  cache_miss_rate: rateNamed('cache_misses_total'),
  cache_write_rate: rateNamed('cache_writes_total'),
  cache_eviction_rate: rateNamed('cache_evictions_total'),
  cache_expiration_rate: rateNamed('cache_expirations_total'),
  cache_expiration_peak_rate: expirationPeak,
  cache_memory_ratio: memoryRatio,
  pool_response_seconds: responseSeconds,
  pool_error_ratio: errorRatio,
  pool_request_rate: rateNamed('pool_requests_total'),
  pool_retry_rate: rateNamed('pool_retries_total'),
  pool_share: share,
  pool_imbalance: imbalance,
  ring_imbalance: (where, window) => ringImbalance('ring_share_seen', where, window),
  ring_imbalance_owned: (where, window) => ringImbalance('ring_share_owned', where, window),
}

/** The names that `measure` defines itself; every other metric is a plain gauge or counter. */
export const measureNames: readonly string[] = Object.keys(MEASURES)

/**
 * What a metric comes to over a window, with its 95 % interval and the number of events (or readings) behind it: the one definition that
 * proposals, guards, verification and pages share. The interval is from batches over time, so noise that lasts does not make it too narrow.
 */
export function measure(metric: string, where: Labels, window: SeriesWindow): Measurement {
  const own = Object.hasOwn(MEASURES, metric) ? MEASURES[metric] : undefined
  return own ? own(where, window) : plain(metric, where, window)
}
