import { poissonRate } from '../../lib/math/intervals.ts'
import { quantile } from '../../lib/math/robust.ts'
import type { Alarm, Labelled } from './recording.ts'

/** An alarm so long after a fault's end is still one about it: people look, and slow rules are late. */
export const AFTER_S = 60
/** A cliff that is announced this long before it strikes was found in time. */
const AHEAD_S = 120

export type Replayed = { seconds: number; events: readonly Labelled[]; alarms: readonly Alarm[] }

export type Score = {
  rule: string
  events: number
  /** Seconds from where each event shows to the alarm; Infinity: missed. */
  seconds: number[]
  falseAlarms: number
  /** Findings outside events that page nobody. */
  notes: number
}

/**
 * Scores alarms against labels. An event is found by an alarm of a rule that `counts` for it while it lasts or within a minute; alarms of other
 * rules in that time are its consequences. Everything else is a false alarm.
 */
export function scored(replays: readonly Replayed[], counts: (event: Labelled, alarm: Alarm) => boolean): Map<string, Score> {
  const scores = new Map<string, Score>()
  const of = (rule: string): Score => {
    const score = scores.get(rule) ?? { rule, events: 0, seconds: [], falseAlarms: 0, notes: 0 }
    scores.set(rule, score)
    return score
  }
  for (const { events, alarms } of replays) {
    for (const event of events) {
      const [rule] = event.rules
      const first = alarms.find((alarm) => within(event, alarm.at) && counts(event, alarm))
      const score = of(rule!)
      score.events++
      score.seconds.push(first ? Math.max(0, first.at - event.shows) : Number.POSITIVE_INFINITY)
    }
    for (const { rule, note } of unexplained(events, alarms)) {
      if (note) of(rule).notes++
      else of(rule).falseAlarms++
    }
  }
  return scores
}

/** Alarms and notes that no label explains. */
export const unexplained = (events: readonly Labelled[], alarms: readonly Alarm[]): Alarm[] =>
  alarms.filter(
    ({ rule, at }) =>
      !events.some((event) => within(event, at) || (event.rules.includes(rule) && at >= event.at - AHEAD_S && at < event.at)),
  )

const within = ({ at, end }: Labelled, moment: number) => moment >= at && moment <= end + AFTER_S

/** All rules as one. */
export type Summary = {
  events: number
  found: number
  median: number
  p95: number
  falseAlarms: number
  /** A fleet's hours outside events. */
  hours: number
  perHour: number
  /** The rate of false alarms that so few hours cannot exclude, at 97.5 %. */
  perHourAtMost: number
}

export function summaryOf(replays: readonly Replayed[], scores: ReadonlyMap<string, Score>): Summary {
  const seconds = [...scores.values()].flatMap((score) => score.seconds)
  const falseAlarms = [...scores.values()].reduce((sum, score) => sum + score.falseAlarms, 0)
  const hours = replays.reduce((sum, { seconds, events }) => sum + quietSeconds(seconds, events), 0) / 3_600
  return {
    events: seconds.length,
    found: seconds.filter(Number.isFinite).length,
    median: rank(seconds, 0.5),
    p95: rank(seconds, 0.95),
    falseAlarms,
    hours,
    perHour: falseAlarms / hours,
    perHourAtMost: poissonRate(falseAlarms, hours).high,
  }
}

/** A quantile of seconds. Interpolation between a number and a missed event has no value: then the nearest rank. */
export const rank = (seconds: readonly number[], q: number): number =>
  seconds.every(Number.isFinite)
    ? (quantile(seconds, q) ?? Number.NaN)
    : [...seconds].sort((a, b) => a - b)[Math.ceil(q * seconds.length) - 1]!

export function quietSeconds(seconds: number, events: readonly Labelled[]): number {
  let quiet = 0
  for (let second = 0; second < seconds; second++) if (!events.some((event) => within(event, second))) quiet++
  return quiet
}
