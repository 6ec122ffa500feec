import { z } from 'zod'
import { count, duration as durationText, safe, text } from '../../format/format.ts'
import { steps } from '../../math/columns.ts'
import { coverageWithin, grownWithin, increaseOf, spanWithin } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Severity, Verdict } from '../../model/finding.ts'
import type { LargeEntry } from '../../model/record.ts'
import { columnsOf, type Labels, type Point, type Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { isMeanRise } from '../rises.ts'
import { cacheCount, cacheRows, evidence, staleBecause } from '../rows.ts'
import { lazySeason, SEASON_OFFSETS, type Season, seasonText } from '../seasons.ts'
import { duration, evidenceOfEach, falseAlarms, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  falseAlarms: number
  bytes: number
  times: number
  outputMin: number
  line: number
  entriesMin: number
  over: number
  before: number
  apart: number
}
/** What is sent a second and a command, now and before; `usual` is null while too little was seen or sent before, `past` are the means of stretches as long as now. */
type Sent = { perSecond: number; mean: number; usual(): number | null; past(): number[]; busiest(): string[] }

export const largeReplies: Detector<Settings> = {
  id: 'cache/large-replies',
  title: 'Replies are large',
  why: 'The server sends much for each command: whole hashes, long ranges, values that grew. A reply of a megabyte takes 8 ms of a line of 1 Gbit/s, and behind it every other reply waits; the network is full long before the processor is, and clients spend their time on parsing. Ask for fields and pages instead of the whole (HMGET, HSCAN, ZRANGE with LIMIT), compress, or keep large values elsewhere. On Valkey `COMMANDLOG GET 10 large-reply` names the commands; on Redis `cache/big-key` names the keys.',
  harmless: 'Where one client reads in bulk at a quiet hour, and the network can carry it.',
  settings: z.strictObject({
    ...patience('15s', '60s'),
    falseAlarms: falseAlarms('caches'),
    bytes: threshold(65_536, 'Mean reply, 64 KiB: two thousand a second fill a line of 1 Gbit/s'),
    times: threshold(4, 'Mean reply over that before, from which it is a warning: another mix of commands doubles it'),
    outputMin: threshold(1_048_576, 'Bytes sent a second, 1 MiB: of less no line is full'),
    line: threshold(104_857_600, 'Bytes sent a second, 100 MiB, from which large replies are a warning: a line of 1 Gbit/s is nearly full'),
    entriesMin: threshold(3, 'Entries in the log of large replies: one may be somebody’s look at it'),
    over: duration('60s', 'Replies are measured over this time'),
    before: duration('10m', 'The usual reply is taken from this time before'),
    apart: duration('60s', 'Gap between both, so that a rise is not compared with itself'),
  }),
  needs: {
    spanMs: 725_000,
    offsetsMs: SEASON_OFFSETS,
    metrics: ['cache_reply_bytes_total', 'cache_commands_total'],
    also: { records: ['large', 'big-key'] },
  },
  detect(window, _topology, settings) {
    const caches = cacheCount(window, 'cache_reply_bytes_total')
    return cacheRows(window, ['cache_reply_bytes_total']).map((row): Verdict => {
      const subject = row.labels
      const bytes = row.cache_reply_bytes_total!
      const stale = staleBecause(bytes, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const from = window.to - settings.over
      const logged = window
        .records('large', subject.target)
        .filter(({ log, at }) => log === 'large-reply' && at >= from)
        .sort((a, b) => b.bytes - a.bytes)
      const sent = sentBy(window, subject, bytes, settings)
      const season = lazySeason(window, 'highest', (then) => hourlyMeans(then, subject, typeof sent === 'string' ? [] : sent.busiest()))
      const inLog = logged.length >= settings.entriesMin
      if (typeof sent === 'string' && !inLog) return { subject, is: 'unjudged', because: sent }
      const now = typeof sent === 'string' ? null : sent
      const rises = now !== null && hasRisen(now, settings, evidenceOfEach(bytes.stepMs, caches, settings.falseAlarms), season)
      const large = now !== null && now.mean >= settings.bytes
      if (!rises && !large && !inLog) return { subject, is: 'clear' }
      const severity: Severity = rises || (now !== null && now.perSecond >= settings.line) ? 'warning' : 'info'
      const span = { from, to: window.to }
      const all: Evidence[] = []
      if (now) {
        const { mean, perSecond } = now
        const usual = now.usual()
        const more = {
          threshold: rises && !large ? settings.times * usual! : settings.bytes,
          ...(usual !== null && { baseline: usual }),
          ...(rises && { method: `sequential test with the scatter of the minutes before${seasonText(season(), 'bytes')}` }),
        }
        all.push(evidence(span, 'cache_reply_bytes_total', subject, 'bytes a command', mean, 'bytes', more))
        all.push(
          evidence(span, 'cache_reply_bytes_total', subject, 'bytes sent a second', perSecond, 'bytes', { threshold: settings.line }),
        )
      }
      if (inLog)
        all.push(
          evidence(span, 'cache_reply_bytes_total', subject, 'large replies in its log', logged.length, 'count', {
            threshold: settings.entriesMin,
            method: `COMMANDLOG; the largest has ${text(logged[0]!.bytes, 'bytes')}`,
          }),
        )
      return {
        subject,
        is: 'found',
        severity,
        summary: `${summaryOf(subject.target!, now, rises || large, logged, settings)}${suspect(window, subject.target!, logged)}`,
        evidence: all as [Evidence, ...Evidence[]],
      }
    })
  },
}

function hasRisen({ mean, usual, past }: Sent, { times }: Settings, needed: number, season: () => Season | null): boolean {
  if (mean < RISEN_MIN) return false
  const before = usual()
  return before !== null && mean >= times * before && isMeanRise(mean, past(), needed) && mean >= times * (season()?.normal ?? 0)
}

/** So many commands, the most called first, are followed to other days: a mean over these is hardly another one. */
const FOLLOWED = 8

/** The mean reply for these commands, minute by minute of another day. */
function hourlyMeans(then: SeriesWindow, { target }: Labels, commands: readonly string[]): number[] {
  const bytes = then.series('cache_reply_bytes_total', { target: target! }).find(({ labels }) => Object.keys(labels).length === 1)
  if (!bytes) return []
  const all = commands.map((command) => new Map(then.series('cache_commands_total', { target: target!, command })[0]?.points))
  // A sum without one of them would look like a restart.
  const called = [...(all[0]?.keys() ?? [])].flatMap((ms): Point[] =>
    all.every((one) => one.has(ms)) ? [[ms, all.reduce((sum, one) => sum + one.get(ms)!, 0)]] : [],
  )
  const { calls, sent } = steps({ calls: called, sent: bytes }, bytes.stepMs)
  return Array.from(calls).flatMap((count, i) => (count >= COMMANDS_MIN ? [sent[i]! / count] : []))
}

/** A smaller mean reply is no large one, however much it rose. */
const RISEN_MIN = 4_096
/** A mean of fewer commands says nothing. */
const COMMANDS_MIN = 100

/** Measured only where much is sent, because each of a server's commands has a series of its own. */
function sentBy(window: SeriesWindow, { target }: Labels, bytes: Series, settings: Settings): Sent | string {
  const from = window.to - settings.over
  const seconds = spanWithin(bytes, from, window.to) / 1000
  if (coverageWithin(bytes, from, window.to) < 0.7) return `${Math.round(seconds)} s of history; ${(0.7 * settings.over) / 1000} s needed`
  const grew = increaseOf(columnsOf(bytes, from, window.to).value)
  const perSecond = grew / seconds
  if (perSecond < settings.outputMin) return { perSecond, mean: 0, usual: () => null, past: () => [], busiest: () => [] }
  const commands = window.series('cache_commands_total', { target: target! })
  const calls = (since: number, until: number) => commands.reduce((sum, series) => sum + grownWithin(series, since, until), 0)
  const called = calls(from, window.to)
  if (called < COMMANDS_MIN) return `${count(called)} commands; ${COMMANDS_MIN} needed`
  const [oldest, newest] = [from - settings.apart - settings.before, from - settings.apart]
  /** Asked for where replies are large. */
  const usual = () => {
    const calledBefore = calls(oldest, newest)
    const sentBefore = increaseOf(columnsOf(bytes, oldest, newest).value)
    // Of a server that sent next to nothing, our own questions would be the usual reply.
    const isKnown = sentBefore / (Math.max(1, spanWithin(bytes, oldest, newest)) / 1000) >= settings.outputMin / 10
    return calledBefore >= COMMANDS_MIN && isKnown ? sentBefore / calledBefore : null
  }
  /** Asked for where replies have grown: the commands are many. */
  const past = () => {
    const means: number[] = []
    for (let at = newest - settings.over; at >= oldest; at -= settings.over) {
      const count = calls(at, at + settings.over)
      if (count >= COMMANDS_MIN) means.push(grownWithin(bytes, at, at + settings.over) / count)
    }
    return means
  }
  const busiest = () => {
    const by = commands.map((series) => ({ command: series.labels.command!, count: grownWithin(series, from, window.to) }))
    return by
      .sort((a, b) => b.count - a.count)
      .slice(0, FOLLOWED)
      .map(({ command }) => command)
  }
  return { perSecond, mean: grew / called, usual, past, busiest }
}

function summaryOf(target: string, sent: Sent | null, byMean: boolean, logged: readonly LargeEntry[], { over }: Settings): string {
  if (!sent || !byMean) return `${target} sent ${logged.length} large replies in ${durationText(over)}`
  const usual = sent.usual()
  const before = usual === null ? '' : `, ${text(usual, 'bytes')} before`
  return `Replies of ${target} have ${text(sent.mean, 'bytes')} on average${before}: it sends ${text(sent.perSecond, 'bytes')}/s`
}

/** The command of the largest reply in the log; without a log the largest key that is known. */
function suspect(window: SeriesWindow, target: string, logged: readonly LargeEntry[]): string {
  const [first] = logged
  if (first)
    return `; the largest by ${safe(first.fingerprint, 60)}${first.key === undefined ? '' : ` (${safe(first.key, 60)})`}, ${text(first.bytes, 'bytes')}`
  const [key] = window.records('big-key', target).sort((a, b) => b.bytes - a.bytes)
  return key && key.bytes >= RISEN_MIN ? `; the largest key known is ${safe(key.key, 60)}, ${text(key.bytes, 'bytes')}` : ''
}
