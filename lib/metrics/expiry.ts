import { poissonRate } from '../math/intervals.ts'
import { grown, isGap } from '../math/rates.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { measured, rows, unjudged, whereText } from './batches.ts'
import { drawnRows } from './history.ts'
import { counter, gauge, type Metric, rate } from './metric.ts'

const METRIC = 'cache_expirations_total'
const STEP_MOST_MS = 2_000
/** Least share of the window that must have been seen: the peak may lie in the rest. */
const SEEN_LEAST = 0.9

/** The most keys that ended in a second, between two readings: the largest of the steps, with the interval of its count (Poisson). */
function expirationPeak(window: SeriesWindow, where: Labels): Measurement {
  const all = rows(window, METRIC, where)
  if (all.length === 0) return unjudged(`${METRIC} is not reported for ${whereText(where)}`)
  let [most, seconds, seenMs] = [0, 1, 0]
  for (const { points, stepMs } of all) {
    if (stepMs > STEP_MOST_MS) return unjudged(`${whereText(where)} is read every ${stepMs / 1_000} s: a second's peak is not seen`)
    for (let i = 1; i < points.length; i++) {
      const [[from, before], [to, after]] = [points[i - 1]!, points[i]!]
      if (isGap(from, to, stepMs) || to <= from) continue
      seenMs += to - from
      // Readings that came close together would make a peak of nothing.
      const over = Math.max(to - from, stepMs) / 1_000
      if (grown(before, after) / over <= most / seconds) continue
      most = grown(before, after)
      seconds = over
    }
  }
  const span = (window.to - window.from) * all.length
  if (seenMs < SEEN_LEAST * span - 2 * STEP_MOST_MS) return unjudged(`${METRIC} was not seen all the time: its peak may be missing`)
  return measured(poissonRate(most, seconds), most)
}

/** Metrics of expiry: keys that end by their TTL, and the TTLs themselves. */
export const expiryMetrics: Metric[] = [
  counter(METRIC, 'expirations'),
  rate('cache_expiration_rate', 'expirations per second', METRIC),
  {
    name: 'cache_expiration_peak_rate',
    words: 'keys ending in the fullest second',
    unit: 'perSecond',
    kind: 'peak',
    from: [METRIC],
    also: [],
    measure: expirationPeak,
    // Where a point stands for more than one reading it is their mean: how much a counter grew at most in a second is not kept.
    series: (history) => drawnRows(history, METRIC),
  },
  gauge('cache_ttl_mean_seconds', 'mean time to live'),
  gauge('ttl_policy_seconds', 'TTL of the control document'),
  gauge('ttl_policy_jitter', 'jitter of the control document', { unit: 'ratio', together: 'mean' }),
]
