import { grown } from '../math/rates.ts'
import { metricOf } from '../metrics/registry.ts'
import { smoothingOf } from '../metrics/traffic.ts'
import type { Change } from '../model/change.ts'
import { parseDuration } from '../model/duration.ts'
import { isFresh } from '../model/follower.ts'
import type { Job } from '../model/job.ts'
import type { Step } from '../model/proposal.ts'
import type { RingRef, TtlRef } from '../model/ref.ts'
import { RING_SEEN_MS } from '../model/ring.ts'
import { parseSetting } from '../model/setting.ts'
import { isRising } from '../model/slowStart.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** A mean smoothed over n requests has gone 86 % of its way after 2 n: until those have passed, it holds too much of the time before. */
const SMOOTHING_PASSED = 2
/** Two polls: the first one after the write may have begun before it. */
const POLLS_MS = 2_000
/** How long a job is watched after its effect has shown, so that the verdict falls within the watch. */
const JOB_AFTER_MS = 30_000
/** Followers read their document every few seconds; nobody is waited for longer than this. */
const FOLLOWERS_MS = 15_000

/**
 * The end of the settling time: from when on the predicted metric holds nothing of the time before the write (epoch ms); null while it still
 * does. `window` must reach back to the write. `retimedBy`: until when keys of an old TTL are there, where they were re-timed.
 */
export function settledFrom(change: Change, window: SeriesWindow, topology: Topology, retimedBy: number | null = null): number | null {
  const { prediction } = change
  if (!prediction || change.watchFrom === undefined || isRising(change)) return null
  const watchFrom = change.slowStart?.doneAt ?? change.watchFrom
  const reached = (at: number) => (at <= window.to ? at : null)
  const { of } = parseSetting(change.steps[0]!.setting)
  if ('ttl' in of)
    return reached(POLLS_MS + Math.min(watchFrom + oldTtlMs(change.steps, of, topology), retimedBy ?? Number.POSITIVE_INFINITY))
  if ('ring' in of) return reached(watchFrom + followed(change, of, window.to, topology) + RING_SEEN_MS)
  // What waited before the write is answered after it: that time was spent under the old setting.
  const drained = prediction.dip?.metric === prediction.metric ? prediction.dip.forMs : 0
  const { target, pool } = prediction.where
  const { unit, also } = metricOf(prediction.metric)
  // A measure that knows the smoothing takes what was before out of the mean itself; other times are as the product shows them.
  if (unit === 'seconds' && !also.includes('pool_response_smoothing') && target !== undefined && pool !== undefined) {
    const smoothing = smoothingOf(window, { target, pool })
    if (smoothing) return passed(window.between(watchFrom, window.to), { target, pool }, SMOOTHING_PASSED * smoothing.samples)
  }
  return reached(watchFrom + Math.max(POLLS_MS, drained))
}

/** The moment by which so many requests have passed through the pool since the window's start, or null. */
function passed(window: SeriesWindow, where: { target: string; pool: string }, requests: number): number | null {
  const all = window.series('pool_requests_total', where)
  const own = all.filter((series) => series.labels.server === undefined)
  const steps = (own.length > 0 ? own : all).flatMap(({ points }) =>
    points.slice(1).map(([at, value], i): [number, number] => [at, grown(points[i]![1], value)]),
  )
  let sum = 0
  for (const [at, more] of steps.sort((a, b) => a[0] - b[0])) {
    sum += more
    if (sum >= requests) return at
  }
  return null
}

/** Keys that were written before the change live on for their old TTL, and for the longest that their old jitter drew. */
function oldTtlMs(steps: readonly Step[], { ttl }: TtlRef, topology: Topology): number {
  const policy = topology.ttls.find(({ name }) => name === ttl)
  const before = (name: string) => steps.find((step) => parseSetting(step.setting).name === name)?.before
  const [old, oldJitter] = [before('ttl'), before('jitter')]
  const jitter = oldJitter === undefined ? (policy?.jitter ?? 0) : Number(oldJitter)
  return Math.max(old ? ttlMs(old) : 0, policy?.ttlMs ?? 0) * (1 + jitter)
}

/** How long after the write the followers had moved, at most FOLLOWERS_MS. */
function followed(change: Change, { ring: name }: RingRef, now: number, topology: Topology): number {
  const ring = topology.rings.find((one) => one.name === name)
  const behind = ring?.followers.some((follower) => follower.version < ring.version && isFresh(follower, now))
  return behind || !ring ? Math.min(FOLLOWERS_MS, Math.max(POLLS_MS, now - change.watchFrom!)) : POLLS_MS
}

/** The duration in ms, 0 for a text that is none. */
const ttlMs = (value: string): number => parseDuration(value) ?? 0

/** Beside the lives of keys, a watch of a TTL has so long to measure. */
const TTL_MEASURE_MS = 55_000

/** How long a change is watched at most: the limit; of a TTL policy until keys of the old TTL are gone and those of the new one come and go. */
export function watchLimitMs(
  change: Pick<Change, 'steps' | 'prediction'>,
  topology: Topology,
  limits: { watchMs: number; ownMs: number; ttlWatchMs: number },
): number {
  const { of } = parseSetting(change.steps[0]!.setting)
  if (!('ttl' in of)) {
    if (!change.prediction) return limits.ownMs
    // A cache that has to fill first shows its effect after that; of a pool or a ring the verdict is due.
    const fills = 'target' in of && !('pool' in of) ? (change.prediction.dip?.forMs ?? 0) : 0
    return fills === 0 ? limits.watchMs : Math.min(limits.ttlWatchMs, fills + limits.watchMs)
  }
  const policy = topology.ttls.find(({ name }) => name === of.ttl)
  const step = change.steps.find(({ setting }) => parseSetting(setting).name === 'ttl')
  const lengths = step ? [ttlMs(step.before), ttlMs(step.after)] : [policy?.ttlMs ?? 0]
  const settled = Math.max(...lengths, oldTtlMs(change.steps, of, topology))
  return Math.min(limits.ttlWatchMs, Math.max(2 * Math.min(...lengths), settled) + TTL_MEASURE_MS)
}

/** The same for long work: its effect is judged from its beginning on, once all of it has shown. */
export const jobSettledFrom = ({ effect }: Job, now: number) => (now >= effect.to + POLLS_MS ? effect.from : null)

/** How long a change with long work is watched at most: until its effect has shown, and the polls that see it. */
export const jobWatchMs = ({ effect }: Job, now: number) => Math.max(0, effect.to - now) + JOB_AFTER_MS
