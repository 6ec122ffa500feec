import { anytime } from '../math/anytime.ts'
import { difference, type Interval } from '../math/intervals.ts'
import type { Prediction } from '../model/proposal.ts'
import type { Measurement } from '../model/window.ts'
import type { Adjusted } from './controlGroups.ts'

/** The evidence of a look: how far the metric moved, without what siblings share, and what it was held against. */
export type Evidence = {
  baseline: Interval
  now: Interval
  /** The movement in the metric's own unit, with its interval, or at a look of many its confidence sequence. */
  moved: Interval
  /** The movement from which on it is what was predicted; of a prediction that `holds`, how far it may go. */
  least: number
  siblings?: string
}

/** How the predicted metric moved, in the direction of the prediction. */
export type Effect =
  | ({ is: 'better' | 'worse' | 'even' } & Evidence)
  | ({ is: 'unclear'; because: string } & Evidence)
  | { is: 'unseen'; because: string }

/** One look at a time that was fixed before, or one of many that may each end the watch. */
export type Look = 'fixed' | 'any'

/** The least effect that counts, as a fraction of the predicted one: a smaller one is not what was predicted, however certain it is. */
const GAIN_MIN = 0.25

/**
 * The effect size of a change with its significance: the metric after against the metric before. `better`: the gain is significant (its 95 % interval excludes none) and at
 * least a quarter of the predicted one. `worse`: the same the other way. `even`: a gain of that size is excluded. `unclear`: the interval
 * holds both. A prediction that `holds` is better when the value stays within the band.
 *
 * At one of many looks the interval is a confidence sequence, which is right however often one looks, and has to be clear of the limit: a gain
 * is at least a quarter of the predicted one for certain, and `even` is certain to be less either way.
 */
export function effectOf(prediction: Prediction, baseline: Interval | undefined, now: Measurement, look: Look = 'fixed'): Effect {
  if (now.is === 'unjudged') return { is: 'unseen', because: now.because }
  if (!Number.isFinite(now.low) || !Number.isFinite(now.high)) return { is: 'unseen', because: 'too few measurements for an interval' }
  const start = baseline ?? { value: prediction.before, low: prediction.before, high: prediction.before }
  return movement(prediction, start, { value: now.value, low: now.low, high: now.high }, look)
}

/**
 * The same against a control group. `adjusted`: the measurement without what siblings share. A regression has to show without them too, since
 * nothing is rolled back for what others do; an improvement that shows against one sibling alone may be an incident of that one. Siblings that
 * vary too much leave the verdict at the end to the measurement itself, unless a movement of theirs, which for an improvement need not be certain,
 * would explain it.
 */
export function controlledEffect(prediction: Prediction, start: Interval, now: Interval, adjusted: Adjusted, look: Look): Effect {
  const raw = movement(prediction, start, now, look)
  const own = movement(prediction, start, adjusted.now, look)
  const evidence = { ...evidenceOf(own), now, siblings: adjusted.text }
  if (look === 'fixed' && !adjusted.precise)
    return adjusted.moved || raw.is === 'better' ? beside(raw, own, adjusted.text) : { ...raw, siblings: adjusted.text }
  if (own.is === 'worse' && raw.is !== 'worse')
    return { ...evidence, is: 'unclear', because: 'it is worse beside its siblings, but not than before' }
  if (own.is === 'better' && raw.is !== 'better' && adjusted.siblings < 2)
    return { ...evidence, is: 'unclear', because: 'it is better beside one sibling alone, but not than before' }
  return own.is === 'unclear' ? { ...evidence, is: own.is, because: own.because } : { ...evidence, is: own.is }
}

/** Beside siblings that vary much a movement is the changed thing's own if at least this part of it is left without theirs. */
const OWN_LEAST = 0.5

function beside(raw: Seen, own: Seen, siblings: string): Effect {
  const [moved, left] = [raw.moved.value, own.moved.value]
  const isOwn = moved * left > 0 && Math.abs(left) >= Math.max(Math.abs(raw.least), OWN_LEAST * Math.abs(moved))
  if (isOwn || (raw.is !== 'better' && raw.is !== 'worse')) return { ...raw, siblings }
  return { ...evidenceOf(raw), siblings, is: 'unclear', because: 'its siblings moved too, and vary too much to tell' }
}

type Seen = Exclude<Effect, { is: 'unseen' }>
const evidenceOf = ({ baseline, now, moved, least }: Seen): Evidence => ({ baseline, now, moved, least })

/** The deviation that matters, in the metric's own unit; chosen by the prediction, before anything was measured. */
export function scaleOf(prediction: Prediction): number {
  const { before, after, low, high, holds } = prediction
  if (!holds) return Math.abs(after - before)
  const bad = badEndIsLow(prediction) ? low : high
  return Math.max(Math.abs(before - bad), Math.abs(after - bad))
}

/** Of a band that is to hold, which end is the bad one: of times the long one; else, what is predicted lies, if anywhere, on its side. */
const badEndIsLow = ({ unit, before, after }: Prediction): boolean => unit !== 'seconds' && after <= before

function movement(prediction: Prediction, start: Interval, now: Interval, look: Look): Seen {
  if (prediction.holds) return held(prediction, start, now, look)
  const expected = prediction.after - prediction.before
  const least = GAIN_MIN * Math.abs(expected)
  const fixed = difference(now, start)
  const moved = look === 'any' ? anytime(fixed, scaleOf(prediction)) : fixed
  const seen = { baseline: start, now, moved, least }
  if (expected === 0) return { is: 'unclear', ...seen, because: 'no effect was predicted' }
  const [gain, low, high] = expected > 0 ? [moved.value, moved.low, moved.high] : [-moved.value, -moved.high, -moved.low]
  const any = look === 'any'
  if (any ? low >= least : low > 0 && gain >= least) return { is: 'better', ...seen }
  if (high < 0 && gain <= -least) return { is: 'worse', ...seen }
  if (any ? high < least && low > -least : high < least || gain < least / 2) return { is: 'even', ...seen }
  return { is: 'unclear', ...seen, because: VARY }
}

const VARY = 'the measurements vary too much to tell'

/** Whether the metric stayed where it was predicted to stay: its interval may reach over the band's bad end, its value may not; at one of many looks neither. */
function held(prediction: Prediction, start: Interval, fixed: Interval, look: Look): Seen {
  const { low, high } = prediction
  const now = look === 'any' ? anytime(fixed, scaleOf(prediction)) : fixed
  const falls = badEndIsLow(prediction)
  const moved = { value: now.value - start.value, low: now.low - start.value, high: now.high - start.value }
  const seen = { baseline: start, now: fixed, moved, least: (falls ? low : high) - start.value }
  const beyond = falls ? now.high < low : now.low > high
  if (beyond) return { is: 'worse', ...seen }
  const worst = look === 'any' ? (falls ? now.low : now.high) : now.value
  if (falls ? worst >= low : worst <= high) return { is: 'better', ...seen }
  return { is: 'unclear', ...seen, because: `${VARY} whether it stays within what was predicted` }
}
