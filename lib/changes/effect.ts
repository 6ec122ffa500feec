import { difference, type Interval } from '../math/intervals.ts'
import type { Prediction } from '../model/proposal.ts'
import type { Measurement } from '../model/window.ts'

/** How the predicted metric moved, in the direction of the prediction. */
export type Effect =
  | { is: 'better' | 'worse' | 'even'; baseline: Interval; now: Interval }
  | { is: 'unclear'; baseline: Interval; now: Interval; because: string }
  | { is: 'unseen'; because: string }

/** The least effect that counts, as a fraction of the predicted one: a smaller one is not what was predicted, however certain it is. */
const GAIN_MIN = 0.25

/**
 * The effect size of a change with its significance: the metric after against the metric before. `better`: the gain is significant (its 95 % interval excludes none) and at
 * least a quarter of the predicted one. `worse`: the same the other way. `even`: a gain of that size is excluded. `unclear`: the interval
 * holds both. A prediction that `holds` is better when the value stays within the band.
 */
export function effectOf(prediction: Prediction, baseline: Interval | undefined, now: Measurement): Effect {
  if (now.is === 'unjudged') return { is: 'unseen', because: now.because }
  if (!Number.isFinite(now.low) || !Number.isFinite(now.high)) return { is: 'unseen', because: 'too few measurements for an interval' }
  if (prediction.holds) return held(prediction, baseline, now)
  const start = baseline ?? { value: prediction.before, low: prediction.before, high: prediction.before }
  const expected = prediction.after - prediction.before
  const seen = { baseline: start, now: { value: now.value, low: now.low, high: now.high } }
  if (expected === 0) return { is: 'unclear', ...seen, because: 'no effect was predicted' }
  const moved = difference(seen.now, start)
  const [gain, low, high] = expected > 0 ? [moved.value, moved.low, moved.high] : [-moved.value, -moved.high, -moved.low]
  const least = GAIN_MIN * Math.abs(expected)
  if (low > 0 && gain >= least) return { is: 'better', ...seen }
  if (high < 0 && gain <= -least) return { is: 'worse', ...seen }
  if (high < least || gain < least / 2) return { is: 'even', ...seen }
  return { is: 'unclear', ...seen, because: 'the measurements vary too much to tell' }
}

/** Whether the metric stayed where it was predicted to stay: its interval may reach over the band's bad end, its value may not. */
function held({ before, after, low, high }: Prediction, baseline: Interval | undefined, now: Interval): Effect {
  const start = baseline ?? { value: before, low: before, high: before }
  const seen = { baseline: start, now: { value: now.value, low: now.low, high: now.high } }
  // A band whose bad end is the lower one: what is predicted lies, if anywhere, below what was.
  const falls = after <= before
  const beyond = falls ? now.high < low : now.low > high
  if (beyond) return { is: 'worse', ...seen }
  if (falls ? now.value >= low : now.value <= high) return { is: 'better', ...seen }
  return { is: 'unclear', ...seen, because: 'the measurements vary too much to tell whether it stays within what was predicted' }
}
