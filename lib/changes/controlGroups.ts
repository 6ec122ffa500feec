import { text } from '../format/format.ts'
import type { Interval } from '../math/intervals.ts'
import { asNoisyAs, commonShift, shiftOf, without } from '../math/shift.ts'
import { measure } from '../metrics/measure.ts'
import type { Change, ControlGroup } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'
import { type Labels, labelsKey } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { boundedOf, scaleOf } from './movement.ts'
import { knownOf, siblingsOf, touches } from './siblings.ts'

type Metered = { metric: string; where: Labels }

/** A measured movement of the siblings, taken out of the changed thing's own. */
export type Adjusted = {
  now: Interval
  /** So many siblings were measured. */
  siblings: number
  /** They vary little beside what was predicted. */
  precise: boolean
  /** Their movement is certain: its interval excludes none. */
  moved: boolean
  /** "siblings fell by 4.1 points too (3 pools)" */
  text: string
}

/**
 * The control groups of a change, measured right before its write: over `from` to the write for the prediction, so as its own baseline was, and
 * over the whole of `beforeMs` for its guards. `others`: changes that were in flight in that time.
 */
export function controlGroupsOf(
  change: Pick<Change, 'steps' | 'prediction' | 'guards' | 'at' | 'baseline'>,
  others: readonly Pick<Change, 'steps'>[],
  fleet: Pick<Fleet, 'window' | 'topology'>,
  { now, from, beforeMs }: { now: number; from: number; beforeMs: number },
): ControlGroup[] {
  const { prediction, baseline, guards, at } = change
  const known = knownOf(fleet)
  const whole = fleet.window(now - Math.min(from, at - beforeMs)).between(at - beforeMs, at)
  const groups = new Map<string, ControlGroup>()
  const add = ({ metric, where }: Metered, window: SeriesWindow, own: Interval | null) => {
    const key = groupKey({ metric, where })
    if (groups.has(key) || !own) return
    const siblings = siblingsOf(change.steps, where, known).flatMap((sibling) => {
      const before = boundedOf(measure(metric, sibling, window))
      return before && !others.some(({ steps }) => touches(steps, sibling, known)) ? [{ where: sibling, before }] : []
    })
    if (siblings.length > 0) groups.set(key, { metric, where, before: own, siblings })
  }
  // Of an event that comes again nobody else has the same one.
  if (prediction && baseline && !prediction.event) add(prediction, whole.between(from, at), baseline)
  for (const guard of guards) add(guard, whole, boundedOf(measure(guard.metric, guard.where, whole)))
  return [...groups.values()]
}

const groupKey = ({ metric, where }: Metered) => `${metric} ${labelsKey(where)}`

export const groupOf = (change: Pick<Change, 'controls'>, metered: Metered): ControlGroup | null =>
  change.controls?.find((group) => groupKey(group) === groupKey(metered)) ?? null

/** The siblings of a group that nothing else has touched since. */
export function untouched(
  group: ControlGroup,
  others: readonly Pick<Change, 'steps'>[],
  fleet: Pick<Fleet, 'topology' | 'window'>,
): ControlGroup {
  if (others.length === 0) return group
  const known = knownOf(fleet)
  return { ...group, siblings: group.siblings.filter(({ where }) => !others.some(({ steps }) => touches(steps, where, known))) }
}

/** A look at a stretch after the write; `beforeMs`: the length of the one before it whose noise is to be expected, where it is one of many looks. */
export type Stretch = { window: SeriesWindow; beforeMs: number | null }

/** At one of many looks, a measurement is no surer than the time before the write lets expect. */
export function expected(metric: string, before: Interval | undefined, seen: Interval, { window, beforeMs }: Stretch): Interval {
  if (beforeMs === null || !before) return seen
  return asNoisyAs(before, seen, beforeMs / Math.max(1, window.to - window.from), scaleOf(metric))
}

/**
 * Difference in differences: a measurement without what the siblings moved by since the same stretch before the write. Null where none was
 * measured, or two disagree. `precise`: their noise is at most `most`, in the metric's own unit.
 */
export function adjustedBy(group: ControlGroup, now: Interval, stretch: Stretch, most: number): Adjusted | null {
  const scale = scaleOf(group.metric)
  const shifts = shiftsOf(group, stretch)
  const shift = commonShift(shifts)
  if (!shift) return null
  const adjusted = without(scale, now, shift)
  const width =
    scale === 'absolute'
      ? shift.high - shift.low
      : Math.abs(adjusted.value) * (Math.exp(shift.high - shift.value) - Math.exp(shift.low - shift.value))
  const moved = shift.low > 0 || shift.high < 0
  return {
    now: adjusted,
    siblings: shifts.length,
    precise: width / 2 <= most,
    moved,
    text: movedText(group, moved ? shift.value : 0, shifts.length, now.value - group.before.value),
  }
}

/** Siblings count as moved in the same way from this part of the changed thing's own way on. */
const SHARED_LEAST = 0.5

/**
 * A guard's reading without what the siblings share of it: null unless most of them moved the same way, at least half as far. Of an even number
 * the middle one that moved less counts: where there is doubt the guard reads what is measured.
 */
export function sharedReading(
  group: ControlGroup,
  value: number,
  worse: 1 | -1,
  window: SeriesWindow,
): { value: number; text: string } | null {
  const scale = scaleOf(group.metric)
  const at = (reading: number): Interval => ({ value: reading, low: reading, high: reading })
  const own = shiftOf(scale, at(group.before.value), at(value))
  const shifts = shiftsOf(group, { window, beforeMs: null }).map((shift) => worse * shift.value)
  if (!own || shifts.length === 0) return null
  const shared = shifts.sort((a, b) => a - b)[Math.floor((shifts.length - 1) / 2)]!
  if (!(worse * own.value > 0) || shared < SHARED_LEAST * worse * own.value) return null
  const reading = without(scale, at(value), at(worse * shared)).value
  return { value: reading, text: movedText(group, worse * shared, shifts.length, worse) }
}

const shiftsOf = ({ metric, siblings }: ControlGroup, stretch: Stretch): Interval[] =>
  siblings.flatMap(({ where, before }) => {
    const seen = boundedOf(measure(metric, where, stretch.window))
    return (seen && shiftOf(scaleOf(metric), before, expected(metric, before, seen, stretch))) ?? []
  })

/** `shift`: 0 where none is certain; `own`: the changed thing's. */
function movedText({ metric, where }: ControlGroup, shift: number, siblings: number, own: number): string {
  const noun = where.pool !== undefined ? 'pool' : where.ring !== undefined ? 'ring' : where.cluster !== undefined ? 'Cluster' : 'node'
  const who = `(${siblings} ${siblings === 1 ? noun : `${noun}s`})`
  if (shift === 0) return `siblings did not move ${who}`
  const way = shift > 0 ? 'rose' : 'fell'
  const size = scaleOf(metric) === 'absolute' ? `${points(Math.abs(shift))} points` : text(Math.abs(Math.expm1(shift)), 'ratio')
  return `siblings ${way} by ${size}${shift * own > 0 ? ' too' : ''} ${who}`
}

const points = (ratio: number) => (100 * ratio).toFixed(1)
