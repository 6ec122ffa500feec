/**
 * The inverse of an exponentially smoothed mean. HAProxy's times are `sum += value − sum/n` with n = 512 requests (TIME_STATS_SAMPLES in its defaults.h; its
 * manual says "over the last 1024"), a plain mean while fewer have passed: after a change the shown mean needs 512 requests for the first
 * 63 % of the way. Two readings and the requests between them give back the mean of just those requests.
 */
export type Unsmoothed = {
  value: number
  /** Half-width of what rounding to `resolution` leaves open. */
  error: number
  requests: number
}

/**
 * The mean of the requests between two readings of a smoothed mean; null when none passed or the counter restarted.
 * @param before, after the mean as shown and the requests counted since the start, at each reading
 * @param samples the smoothing's length in requests (512 for HAProxy)
 * @param resolution of the mean as shown, in its own unit (HAProxy shows whole ms: 0.001)
 */
export function unsmooth(
  before: { mean: number; requests: number },
  after: { mean: number; requests: number },
  samples: number,
  resolution: number,
): Unsmoothed | null {
  const requests = after.requests - before.requests
  if (!(requests > 0)) return null
  // While the counters are young the mean shown is the plain mean of all since the start.
  const kept = after.requests <= samples ? before.requests / after.requests : (1 - 1 / samples) ** requests
  const value = (after.mean - before.mean * kept) / (1 - kept)
  return { value: Math.max(0, value), error: ((resolution / 2) * (1 + kept)) / (1 - kept), requests }
}
