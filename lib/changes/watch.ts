import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measure } from '../metrics/measure.ts'
import type { Change } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Job } from '../model/job.ts'
import type { Guard } from '../model/proposal.ts'
import type { Measurement } from '../model/window.ts'
import { baselineSpanMs } from './baseline.ts'
import { adjustedBy, expected, groupOf, sharedReading, untouched } from './controlGroups.ts'
import { beforeFor, type Delay, delayOf, delayOfChange, measuredFor, periodEnd, toldUntil } from './delay.ts'
import { controlledEffect, type Effect, effectOf, type Look, scaleOf } from './effect.ts'
import { notYet } from './event.ts'
import { type Breach, type BreachedSince, breachOf, type GuardState, guardStates } from './guards.ts'
import { boundedOf } from './movement.ts'
import { jobSettledFrom, settledFrom } from './settle.ts'
import { heldBecause } from './slowStart.ts'
import { type Decision, nextStep } from './step.ts'
import type { Drifted } from './undo.ts'
import type { WatchSettings } from './watchSettings.ts'

/** A snapshot of a watch: the change, and everything that is known about it at one moment. */
export type WatchView = {
  change: Change
  /** Its long work, where it has some. */
  job: Job | null
  /** Of a TTL that became shorter: until when keys of the old one are there, where they were re-timed. */
  retimedBy?: number | null
  fleet: Pick<Fleet, 'window' | 'topology'>
  /** Since when each guard is breached, as the last tick left it. */
  breached: BreachedSince
  /** What another writer has set, as the newest read of the live values showed. */
  drifted: Drifted[]
  /** Other changes that were in flight while this one is watched: what they touch is no control of it. */
  others?: readonly Pick<Change, 'steps'>[]
  now: number
}

/** What one tick of a watch found, and what is to be done about it. */
export type Judgement = { decision: Decision; guards: GuardState[]; breach: Breach | null; measured: Partial<Change> }

/** One tick of a watched change, without its effects: reads nothing but the view, so that a simulation is judged exactly as a real fleet is. */
export function judgeWatch(view: WatchView, settings: Pick<WatchSettings, 'guardMs' | 'measureMs' | 'beforeMs'>): Judgement {
  const { change, drifted, fleet, now } = view
  const guards = guardsNow(view, settings)
  const breach = breachOf(guards)
  const { effect, settledAt, until } = effectNow(view, settings)
  // Less than a whole period says which part of one was seen.
  const measureMs = Math.max(
    measuredFor(settings.measureMs, delayOfChange(change, fleet.topology())),
    hitPeriodMs(fleet.window(settings.guardMs), change.prediction?.where.target),
  )
  const calm = guards.every(({ breachedSince, shared }) => breachedSince === null && shared === null) && heldNow(change, fleet) === null
  return {
    decision: nextStep(change, { drifted, breach, settledAt, until, effect, calm }, now, measureMs),
    guards,
    breach,
    measured: measuredOf(effect),
  }
}

/** The guards of a watched change, over the time since the write alone: what was before it is no effect of the change. */
export function guardsNow(
  { change, fleet, breached, others = [], now }: Pick<WatchView, 'change' | 'fleet' | 'breached' | 'others' | 'now'>,
  { guardMs }: Pick<WatchSettings, 'guardMs'>,
): GuardState[] {
  const delay = delayOf(
    change.guards.map(({ where }) => where.target),
    fleet.topology(),
  )
  const recent = fleet.window(Math.min(guardMs, now - change.watchFrom!))
  const read = (guard: Guard) => (delay.periodMs === 0 ? recent : lateWindow(guard, delay))
  // Of what is told later, the newest whole periods since the write.
  const lateWindow = (guard: Guard, { periodMs }: Delay) => {
    const all = fleet.window(now - change.watchFrom!)
    const until = toldUntil(guard, all, delay)
    return all.between(Math.min(until, Math.max(periodEnd(change.watchFrom!, delay), until - Math.max(guardMs, 2 * periodMs))), until)
  }
  const measured = (guard: Guard) => measure(guard.metric, guard.where, read(guard))
  const shared = (guard: Guard, value: number) => {
    const group = groupOf(change, guard)
    return group && sharedReading(untouched(group, others, fleet), value, guard.op === '>' ? 1 : -1, read(guard))
  }
  const seenFrom = change.watchFrom! + delay.lateMs + delay.periodMs
  return guardStates(change.guards, change.prediction, breached, { measured, shared }, now, seenFrom)
}

/** Half of what was predicted is how inexact a control group may be at the end: a noisier one would hide effects. */
const CONTROL_NOISE_MOST = 0.5

/** The effect of a change up to now, from the moment on at which the numbers hold nothing of the time before the write. */
export function effectNow(
  { change, job, retimedBy, fleet, others = [], now }: Pick<WatchView, 'change' | 'job' | 'retimedBy' | 'fleet' | 'others' | 'now'>,
  { guardMs, beforeMs }: Pick<WatchSettings, 'guardMs' | 'beforeMs'>,
): { effect: Effect; settledAt: number | null; until?: number } {
  const { prediction, watchFrom } = change
  if (!prediction || watchFrom === undefined) return { effect: { is: 'unseen', because: 'no effect was predicted' }, settledAt: null }
  const window = fleet.window(now - watchFrom + guardMs)
  const delay = delayOfChange(change, fleet.topology())
  const settled = job ? jobSettledFrom(job, now) : settledFrom(change, window, fleet.topology(), retimedBy)
  if (settled === null)
    return { effect: { is: 'unseen', because: 'the measurement still includes time from before the change' }, settledAt: null }
  const settledAt = periodEnd(settled, delay)
  const until = toldUntil(prediction, window, delay)
  if (delay.periodMs > 0 && until <= settledAt)
    return { effect: { is: 'unseen', because: 'its provider has not told of the time since the change yet' }, settledAt, until }
  const since = window.between(settledAt, until)
  const because = notYet(prediction, since)
  if (because) return { effect: { is: 'unseen', because }, settledAt, until }
  const seen = measure(prediction.metric, prediction.where, since)
  // The watch's end was fixed before it began, and so is the event that is waited for; any other moment is one of many.
  const look: Look = now >= (change.watchUntil ?? 0) || prediction.event ? 'fixed' : 'any'
  const bounded = boundedOf(seen)
  if (!bounded) return { effect: effectOf(prediction, change.baseline, seen, look), settledAt, until }
  const stretch = { window: since, beforeMs: look === 'any' ? baselineSpanMs(prediction, fleet, beforeFor(beforeMs, delay)) : null }
  const after = expected(prediction.metric, change.baseline, bounded, stretch)
  const group = groupOf(change, prediction)
  const adjusted = group && adjustedBy(untouched(group, others, fleet), after, stretch, CONTROL_NOISE_MOST * scaleOf(prediction))
  if (adjusted) return { effect: controlledEffect(prediction, group.before, after, adjusted, look), settledAt, until }
  return { effect: effectOf(prediction, change.baseline, { ...seen, ...after } as Measurement, look), settledAt, until }
}

export const measuredOf = (effect: Effect): Partial<Change> =>
  effect.is === 'unseen'
    ? {}
    : { measured: { before: effect.baseline.value, after: effect.now.value, low: effect.now.low, high: effect.now.high } }

/** Why the next stage of a slow start waits although its time has come, or null. */
export const heldNow = ({ slowStart }: Change, fleet: Pick<Fleet, 'topology'>): string | null =>
  slowStart ? heldBecause(slowStart, fleet.topology()) : null
