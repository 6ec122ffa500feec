import { median } from '../math/robust.ts'
import { type Count, countDeviation, logEvidence, moderated, placeboVariance, type Variance } from '../math/sequential.ts'

/** Events and what they are counted over as running sums from poll to poll, with a leading zero. */
export type CountSums = { events: Float64Array; exposure: Float64Array }
/** The polls `middle` to `to` − 1 are judged against `from` to `middle` − 1; the past goes back to `since`. `explained`: so many of the events have another reason. */
export type Blocks = { since: number; from: number; middle: number; to: number; explained?: number }

/** How far back stretches of the past are taken from, in polls, and how many at most: a rise that lasts is judged at every poll. */
const PAST = 400
const PLACES = 100
/** Counting noise alone: what a cache is taken for until its past shows more scatter than that. */
const COUNTING: Variance = { value: 1, freedom: 100 }
/** How much a mean of half a minute wanders, as its logarithm: a fifth. A machine that others use too moves it by as much. */
const WANDERING: Variance = { value: 0.2 ** 2, freedom: 10 }
/** How much a ratio of means does that are measured at the same time, as its logarithm: a tenth, because what moves both is not in it. */
const SIDE_BY_SIDE: Variance = { value: 0.1 ** 2, freedom: 20 }

/** The median size of a normal deviation. */
const MEDIAN_Z = 0.6745

const countOf = ({ events, exposure }: CountSums, from: number, to: number): Count => ({
  events: Math.max(0, events[to]! - events[from]!),
  exposure: Math.max(0, exposure[to]! - exposure[from]!),
})

/** Whether events are more than before with so much evidence (of `evidenceFor`), where their past tells how much they scatter by themselves. */
export function riseAt(sums: CountSums, { since, from, middle, to, explained = 0 }: Blocks, evidence: number): boolean {
  const now = countOf(sums, middle, to)
  const deviation = countDeviation({ ...now, events: Math.max(0, now.events - explained) }, countOf(sums, from, middle))
  // An early exit: no past makes the evidence stronger than counting noise alone does.
  if (logEvidence(deviation, Number.POSITIVE_INFINITY) < evidence) return false
  const length = to - middle
  const oldest = Math.max(since, middle - PAST)
  // A short past is halved, so that some of it is left to compare.
  const baseline = Math.min(middle - from, Math.floor((middle - oldest) / 2))
  const past: number[] = []
  const first = oldest + baseline
  const step = Math.max(1, Math.ceil((middle - first) / PLACES))
  for (let at = first; at + length <= middle; at += step)
    past.push(countDeviation(countOf(sums, at, at + length), countOf(sums, at - baseline, at)))
  const blocks = past.length > 0 ? (middle - first) / (5 * length) : 0
  return isCountRise(deviation, past, blocks, evidence)
}

/**
 * Whether a deviation of counts stands out from those of the past, of which so many share no data. Only the rises among them are noise that
 * could be mistaken for one: counts scatter further upwards, and after a fault everything is a fall. `doubt`: how much of the trust in counting
 * noise alone is left where the past holds no fault: bunches are believed sooner.
 */
export function isCountRise(deviation: number, past: readonly number[], blocks: number, evidence: number, doubt = 1): boolean {
  const rises = past.filter((one) => one >= 0)
  const seen = placeboVariance(rises, rises.length > 0 ? blocks : 0)
  const { value, freedom } = {
    value: moderated(seen, { ...COUNTING, freedom: COUNTING.freedom * doubt }).value,
    freedom: seen.freedom + COUNTING.freedom,
  }
  return logEvidence(deviation / Math.sqrt(Math.max(1, value)), freedom) >= evidence
}

/**
 * Whether a mean is above another of the same time. `past` are their ratios before, oldest first: what these differ by from one to the next is
 * noise. A ratio that stays high is none, however long it lasts.
 */
export function isRatioAboveOne(ratio: number, past: readonly number[], evidence: number): boolean {
  const logs = past.filter((one) => one > 0).map(Math.log)
  const sizes = logs
    .slice(1)
    .map((one, i) => Math.abs(one - logs[i]!) / Math.SQRT2)
    .sort((a, b) => a - b)
  // The smaller median, because of few stretches one or two hold the beginning of what is judged. It knows half as much as all of them do.
  const scale = (sizes[Math.floor((sizes.length - 1) / 2)] ?? 0) / MEDIAN_Z
  const { value, freedom } = moderated({ value: scale * scale, freedom: sizes.length / 2 }, SIDE_BY_SIDE)
  return ratio > 1 && logEvidence(Math.log(ratio) / Math.sqrt(value), freedom) >= evidence
}

/** Whether the ratio of a mean to another of the same time is below a limit, from what it scatters by in stretches that follow each other. */
export function isRatioBelow(ratio: number, stretches: readonly number[], limit: number, evidence: number): boolean {
  const logs = stretches.filter((one) => one > 0).map(Math.log)
  if (logs.length < 2 || logs.length < stretches.length) return false
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length
  const scatter = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (logs.length - 1)
  const { value, freedom } = moderated({ value: scatter, freedom: logs.length - 1 }, SIDE_BY_SIDE)
  return logEvidence((Math.log(limit) - Math.log(ratio)) / Math.sqrt(value / logs.length), freedom) >= evidence
}

/**
 * Whether a share is above what is expected of it, by so many deviations. What it differed by in the past from one stretch to the next but
 * three (they overlap by as much) is noise; a share that stays high is none, however long it lasts.
 */
export function isShareRise(deviation: number, { z, blocks }: { z: readonly number[]; blocks: number }, evidence: number): boolean {
  const differences = z.slice(4).map((one, i) => (one - z[i]!) / Math.SQRT2)
  return isCountRise(deviation, differences, Math.max(0, blocks - 1), evidence)
}

/** Whether a mean is above those of the past, each over as long a time, by more than they differ among each other. */
export function isMeanRise(now: number, past: readonly number[], evidence: number): boolean {
  const logs = past.filter((value) => value > 0).map(Math.log)
  const usual = median(logs)
  if (usual === null || !(now > 0)) return false
  const { value, freedom } = moderated(
    placeboVariance(
      logs.map((one) => one - usual),
      logs.length - 1,
    ),
    WANDERING,
  )
  return logEvidence((Math.log(now) - usual) / Math.sqrt(value * (1 + 1 / logs.length)), freedom) >= evidence
}
