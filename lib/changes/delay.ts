import { metricOf } from '../metrics/registry.ts'
import type { Change } from '../model/change.ts'
import type { Labels } from '../model/series.ts'
import { parseSetting } from '../model/setting.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** How far the numbers of a source are behind its servers: a provider measures by the period, and tells it later. Both 0 of what is read at once. */
export type Delay = { periodMs: number; lateMs: number }

/** Whole periods after the write, before a verdict may be taken. */
const PERIODS_LEAST = 5
/** Whole periods before the write that the effect is held against; ten minutes of them at most. */
const PERIODS_BEFORE = 10
const BEFORE_MOST_MS = 600_000

/** The longest delay among these targets. */
export function delayOf(targets: readonly (string | undefined)[], { targets: all }: Pick<Topology, 'targets'>): Delay {
  const own = all.flatMap(({ name, resolution }) => (resolution && targets.includes(name) ? [resolution] : []))
  return { periodMs: Math.max(0, ...own.map(({ everyMs }) => everyMs)), lateMs: Math.max(0, ...own.map(({ lateMs }) => lateMs)) }
}

/** The delay of what a change is judged by: of its prediction; without one of its guards and of what it sets. */
export const delayOfChange = (
  { prediction, guards, steps }: Pick<Change, 'prediction' | 'guards' | 'steps'>,
  topology: Pick<Topology, 'targets'>,
): Delay =>
  delayOf(
    prediction
      ? [prediction.where.target]
      : [...guards.map(({ where }) => where.target), ...steps.flatMap(({ setting }) => targetOf(setting))],
    topology,
  )

function targetOf(setting: Change['steps'][number]['setting']): string[] {
  const { of } = parseSetting(setting)
  return 'target' in of ? [of.target] : []
}

/** A watch of this length, and so much longer that whole periods after the write have been told. */
export const watchedFor = (limitMs: number, { periodMs, lateMs }: Delay): number =>
  periodMs === 0 ? limitMs : Math.max(limitMs, PERIODS_LEAST * periodMs) + lateMs + 2 * periodMs

/** The least time that is measured before a verdict. */
export const measuredFor = (measureMs: number, { periodMs }: Delay): number => Math.max(measureMs, PERIODS_LEAST * periodMs)

/** The time before the write that is measured: whole periods. */
export const beforeFor = (beforeMs: number, { periodMs }: Delay): number =>
  Math.max(beforeMs, Math.min(PERIODS_BEFORE * periodMs, BEFORE_MOST_MS))

/** How far the time before the write reaches back, so that so much of it has been told at the write. */
export const beforeReach = (beforeMs: number, delay: Delay): number =>
  delay.periodMs === 0 ? beforeMs : beforeFor(beforeMs, delay) + delay.lateMs + delay.periodMs

/** The end of the period that a moment lies in: before, a period's number holds some of the time before that moment. */
export const periodEnd = (at: number, { periodMs }: Delay): number => (periodMs === 0 ? at : Math.ceil(at / periodMs) * periodMs)

/** Until when a source has told a metric: now, of what is read at once; else its newest period. */
export function toldUntil({ metric, where }: { metric: string; where: Labels }, window: SeriesWindow, { periodMs }: Delay): number {
  if (periodMs === 0) return window.to
  const newest = metricOf(metric).from.flatMap((name) => window.series(name, where).flatMap(({ points }) => points.at(-1)?.[0] ?? []))
  return Math.min(window.to, Math.max(window.from, ...newest))
}
