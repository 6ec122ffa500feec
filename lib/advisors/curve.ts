import { text } from '../format/format.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measure } from '../metrics/measure.ts'
import type { Guard, Prediction } from '../model/proposal.ts'
import type { CurvePoint, CurveRecord } from '../model/record.ts'
import type { SeriesWindow } from '../model/window.ts'

/** What is measured now: a cache that fills, or a day that turns, was at another ratio minutes ago. */
const NOW_MS = 30_000
/** An older curve speaks of other traffic: they are computed every few minutes. */
const FRESH_MS = 1_800_000
/** How far below its prediction the hit ratio may fall before the change goes back, and for how long. */
const SLACK = 0.02
const GUARD_MS = 20_000

/** The newest curve of a cache; undefined where there is none, or none of today's traffic. */
export function curveOf(window: SeriesWindow, target: string, id: string): CurveRecord | undefined {
  return window.records('curve', target).find((curve) => curve.id === id && window.to - curve.at < FRESH_MS)
}

/** The time in which it is measured what those caches hit now: whole periods of each. */
export function nowOf(window: SeriesWindow, targets: readonly (string | undefined)[]): SeriesWindow {
  const span = Math.max(NOW_MS, ...targets.map((target) => hitPeriodMs(window, target)))
  return window.between(Math.max(window.from, window.to - span), window.to)
}

export const presentOf = (curve: CurveRecord): CurvePoint => curve.points[curve.present.point]!

/** Another rule reads what the one before kept with each key as its own, which is chance: until the cache has turned over it may hit much less. */
const FORGOTTEN = 0.6

/** What a point of a curve would do to the whole cache: the model's own offset cancels, because its difference is added to what is measured. */
export type Effect = {
  prediction: Prediction
  /** Reads of the origin a second, more than now. */
  origin: number
  /** Difference of the hit ratio of the whole cache. */
  gain: number
}

/** The predicted effect of one point on a cache's hit ratio; null while that cannot be measured. */
export function effectOf(curve: CurveRecord, point: CurvePoint, all: SeriesWindow, target: string): Effect | null {
  const window = nowOf(all, [target])
  const now = measure('cache_hit_ratio', { target }, window)
  const reads = measure('cache_read_rate', { target }, window)
  if (now.is === 'unjudged' || reads.is === 'unjudged') return null
  const before = presentOf(curve)
  const moved = (ratio: number) => clamp(now.value + curve.readsShare * (ratio - before.hitRatio))
  // What is measured now beside the curve's own time may be traffic's doing, or how the present rule takes it, which another need not follow.
  const both = (ratio: number) => (point.policy === before.policy ? [moved(ratio)] : [moved(ratio), ratio])
  const after = moved(point.hitRatio)
  return {
    prediction: {
      metric: 'cache_hit_ratio',
      where: { target },
      unit: 'ratio',
      before: now.value,
      after,
      low: Math.min(after, ...both(point.low)),
      high: Math.max(after, ...both(point.high)),
      basis: curve.basis,
      ...(point.warmUpMs !== null && {
        dip: {
          metric: 'cache_hit_ratio',
          where: { target },
          to: curve.varies === 'policy' ? FORGOTTEN * now.value : now.value,
          forMs: point.warmUpMs,
        },
      }),
    },
    origin: (now.value - after) * reads.value,
    gain: after - now.value,
  }
}

/** The same effect where something else is won, memory: the hits are to stay. More of them than now, by the noise of a curve, are not asked for. */
export function heldPrediction({ prediction }: Effect): Prediction {
  const after = Math.min(prediction.after, prediction.before)
  return { ...prediction, after, low: Math.min(prediction.low, after), holds: true }
}

/** Goes back by itself when the hit ratio falls clearly below what was predicted, for longer than its `periodMs`. */
export const hitGuard = ({ metric, where, low, before }: Prediction, periodMs = 0): Guard => ({
  metric,
  where,
  unit: 'ratio',
  op: '<',
  limit: Math.max(0, Math.min(low, before) - SLACK),
  forMs: Math.max(GUARD_MS, periodMs),
  why: 'the cache hits less than was predicted',
})

/** `94.1 % → 93.8 % (93.4 % to 94.0 %), 210/s more reads of the origin`. */
export function effectText({ prediction: { before, after, low, high }, origin }: Effect): string {
  const more = origin >= 0 ? 'more' : 'fewer'
  return `${text(before, 'ratio')} → ${text(after, 'ratio')} (${text(low, 'ratio')} to ${text(high, 'ratio')}), ${text(Math.abs(origin), 'perSecond')} ${more} reads of the origin`
}

const clamp = (ratio: number) => Math.min(1, Math.max(0, ratio))
