import { median } from '../../lib/math/robust.ts'
import type { Row } from '../table.ts'
import type { Labelled } from './recording.ts'
import { type Replay, WATCHERS, type Watcher } from './replay.ts'
import { AFTER_S, rank, type Score, type Summary, scored, summaryOf, unexplained } from './score.ts'

type Watches = readonly [Watched, Watched, Watched]
type Watched = { name: Watcher; summary: Summary; scores: Map<string, Score> }

/** How what each raised scores. Of others than Evenkeel any alarm counts while a fault lasts: they name none. */
export function watchedBy(replays: readonly Replay[]): Watches {
  const all = WATCHERS.map((name): Watched => {
    const own = replays.map(({ seconds, events, alarms }) => ({ seconds, events, alarms: alarms[name] }))
    const scores = scored(own, name === 'Evenkeel' ? ({ rules }, { rule }) => rules.includes(rule) : () => true)
    return { name, scores, summary: summaryOf(own, scores) }
  })
  return all as unknown as Watches
}

/** Evenkeel's alarms that no label explains, one by one. */
export function falseAlarmsText(replays: readonly Replay[]): string {
  const lines = replays.flatMap(({ name, events, alarms }) =>
    unexplained(events, alarms.Evenkeel)
      .filter(({ note }) => !note)
      .map(({ rule, at }) => `* ${name}: ${rule} at ${at} s`),
  )
  return lines.length > 0 ? `False alarms of Evenkeel:\n${lines.join('\n')}\n` : ''
}

const figure = (value: number | null, digits = 1) =>
  value === null || Number.isNaN(value) ? '–' : value === Number.POSITIVE_INFINITY ? 'missed' : value.toFixed(digits)

/** By rule of Evenkeel: what it found, and how soon; then what the others raised. */
export function tableOf(title: string, watched: readonly Watched[]): string {
  const lines = [
    `### ${title}`,
    '',
    '| watched by | rule | found | median s | p95 s | false alarms | an hour |',
    '|---|---|---|---|---|---|---|',
  ]
  for (const { name, scores, summary } of watched) {
    for (const { rule, events, seconds, falseAlarms } of [...scores.values()].sort(
      (a, b) => b.events - a.events || a.rule.localeCompare(b.rule),
    )) {
      if (events === 0 && falseAlarms === 0) continue
      const found = events > 0 ? `${seconds.filter(Number.isFinite).length} of ${events}` : ''
      const times = events > 0 ? [figure(rank(seconds, 0.5)), figure(rank(seconds, 0.95))] : ['', '']
      // Others have no rule for a kind: the line of a kind says what they found of it, the other lines what they raised for nothing.
      lines.push(`| ${name} | ${rule} | ${found} | ${times.join(' | ')} | ${falseAlarms} | ${figure(falseAlarms / summary.hours, 2)} |`)
    }
    const { events, found, falseAlarms, perHour, perHourAtMost } = summary
    lines.push(
      `| **${name}** | **all** | ${found} of ${events} | ${figure(summary.median)} | ${figure(summary.p95)} | ${falseAlarms} in ${figure(summary.hours)} h | ${figure(perHour, 2)} (at most ${figure(perHourAtMost, 2)}) |`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** The hours of normal traffic from which on a rate of false alarms is held against its goal. */
const HOURS_MIN = 6

/** How much earlier: a missed event counts as found a minute after its end, when nobody looks for it any more. */
function medianOr(watched: Watched, events: readonly Labelled[]): number {
  const longest = Math.max(0, ...events.map(({ shows, end }) => end - shows)) + AFTER_S
  return median([...watched.scores.values()].flatMap(({ seconds }) => seconds).map((value) => Math.min(value, longest))) ?? Number.NaN
}

/** The lines of the bench's table, with the goals where they are held. */
export function rowsOf([own, rules, z]: Watches, replays: readonly Replay[], what: string, hasGoals: boolean): Row[] {
  const { summary } = own
  const events = replays.flatMap((replay) => replay.events)
  const goal = <G>(it: G, counts = true) => (hasGoals && counts ? { goal: it } : {})
  // Fewer hours, and none is no proof of few.
  const long = summary.hours >= HOURS_MIN
  const fewer = (other: Watched) =>
    other.summary.falseAlarms === 0 ? 'none of either' : other.summary.falseAlarms / Math.max(1, summary.falseAlarms)
  const alarms: Row[] = [
    {
      what: `${what}: false alarms an hour of the fleet, in ${figure(summary.hours)} h`,
      value: summary.perHour,
      ...goal({ most: 0.1 }, long),
    },
    {
      what: `${what}: false alarms of the Prometheus rules for each of Evenkeel's (at least one)`,
      value: fewer(rules),
      ...goal({ least: 10 }, long),
    },
    {
      what: `${what}: false alarms of the z-score for each of Evenkeel's (at least one)`,
      value: fewer(z),
      ...goal({ least: 10 }, long),
    },
  ]
  if (events.length === 0) return alarms
  const [ownMedian, rulesMedian] = [medianOr(own, events), medianOr(rules, events)]
  return [
    { what: `${what}: events missed, of ${summary.events}`, value: summary.events - summary.found, ...goal({ most: 0 }) },
    { what: `${what}: seconds to firing, median`, value: summary.median, unit: 's', ...goal({ most: 3 }) },
    { what: `${what}: seconds to firing, p95`, value: summary.p95, unit: 's', ...goal({ most: 10 }) },
    {
      what: `${what}: times earlier than the Prometheus rules, by medians`,
      value: rulesMedian / Math.max(1, ownMedian),
      ...goal({ least: 5 }),
    },
    ...alarms,
  ]
}
