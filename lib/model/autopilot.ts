import type { Labels } from './series.ts'
import type { WeeklyWindow } from './weeklyWindow.ts'

/** What a remedy has to have shown on this fleet before the autopilot applies it. */
export type LicenceTerms = {
  /** So many judged changes at least. */
  judged: number
  /** The part of them, 0 to 1, whose measured effect lay inside the predicted band. */
  inside: number
  /** None of so many newest ones may have regressed. */
  withoutRegression: number
}

/** A policy that a person wrote: which remedy may be applied without a click, where, how often and when. */
export type AutopilotRule = {
  /** Made from the remedy and the labels: the same after each start, whatever the order in the file. */
  id: string
  advisor: string
  /** Labels of the targets that it may write to; none: every target. */
  where: Labels
  max: {
    perHour: number
    /** The part of a pool's traffic, 0 to 1, that its steps may move within an hour; null: no limit. */
    trafficShare: number | null
  }
  /** It acts within one of these alone; none: at any time. */
  hours: readonly WeeklyWindow[]
  licence: LicenceTerms
}

/** The actor of what the autopilot does. */
export const AUTOPILOT = 'autopilot'

/** `pool-weights`, `pool-weights,team=shop`. */
export const ruleIdOf = (advisor: string, where: Labels): string =>
  [
    advisor,
    ...Object.keys(where)
      .sort()
      .map((name) => `${name}=${where[name]}`),
  ].join(',')
