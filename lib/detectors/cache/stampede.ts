import { z } from 'zod'
import { text } from '../../format/format.ts'
import { steps, sums, valueAt } from '../../math/columns.ts'
import { newestEpisode } from '../../math/episodes.ts'
import { grownWithin } from '../../math/rates.ts'
import { scratch } from '../../math/scratch.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { columnsOf, newestOf, type Point, type Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { riseAt } from '../rises.ts'
import { cacheCount, cacheRows, evidence, factsOf, refilling, staleBecause } from '../rows.ts'
import { duration, evidenceOfEach, falseAlarms, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { falseAlarms: number; ratio: number; duplicatesMin: number; deviations: number; hold: number }

/** Least length of the baseline, in polls. */
const BEFORE_MIN = 15
const BEFORE = 60
/** Polls that are not judged after keys left in an unknown way: a flush, a slot that moved, lists that were emptied. */
const UNKNOWN_REST = 15
/** A slot's move is seen by a node's own look at its cluster, each ten seconds. */
const MOVE_MS = 45_000
const SLOTS = ['redis_cluster_slots_served', 'redis_cluster_slots_migrating', 'redis_cluster_slots_importing'] as const
const MOVES = ['migrate', 'restore-asking', 'cluster|setslot', 'cluster|migrateslots']
/** Fills may come this many polls after their misses: an origin may take seconds. */
const ORIGIN = 8

export const stampede: Detector<Settings> = {
  id: 'cache/stampede',
  title: 'Stampede',
  why: 'A popular key expired, and every reader that missed it asks the origin for the same value at the same time: the origin does the same work many times over, and gets slower, so that more readers join. One reader that fetches while the others wait (a lock, a lease), or fetching shortly before the end, avoids it.',
  harmless: 'Where the value is cheap to compute and the origin does not get slower.',
  settings: z.strictObject({
    ...patience('0s', '10s'),
    falseAlarms: falseAlarms('caches'),
    ratio: share(0.05, 'Share of the fills that write a value again that was just written: 0.4 % at most in ordinary traffic'),
    duplicatesMin: threshold(10, 'Duplicate fills in four seconds: fewer go unnoticed'),
    deviations: threshold(6, 'Standard deviations above the usual of this cache: some applications overwrite on purpose'),
    hold: duration('20s', 'How long it stays reported: the origin needs that time to catch up'),
  }),
  learns: true,
  needs: {
    spanMs: 240_000,
    metrics: ['cache_misses_total', 'cache_writes_total', 'cache_items', 'cache_expirations_total', 'cache_evictions_total'],
    also: { metrics: ['cache_fills_total', 'cache_commands_total', 'ring_share_owned', ...SLOTS] },
  },
  detect(window, topology, settings) {
    const caches = cacheCount(window, 'cache_misses_total')
    return cacheRows(window, [
      'cache_misses_total',
      'cache_fills_total',
      'cache_writes_total',
      'cache_items',
      'cache_expirations_total',
      'cache_evictions_total',
    ]).map((row): Verdict => {
      const subject = row.labels
      const fills = row.cache_fills_total ?? row.cache_writes_total
      const { cache_misses_total: misses, cache_items: items, cache_expirations_total: expired, cache_evictions_total: evicted } = row
      if (!fills || !items || !expired || !evicted)
        return { subject, is: 'unjudged', because: 'writes, keys, expirations and evictions are not all reported' }
      const stale = staleBecause(misses!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const { phase } = refilling(window, topology, subject.target!)
      if (phase === 'refill') return { subject, is: 'unjudged', because: 'keys that the ring moved here are being fetched' }
      if (slotsMove(window, subject.target!)) return { subject, is: 'unjudged', because: 'slots are being moved, and their keys with them' }
      const storm = newestStampede(
        { misses: misses!, fills, items, expired, evicted, deleted: (since) => deletions(window, subject.target!, since) },
        window.from,
        settings,
        evidenceOfEach(fills.stepMs, caches, settings.falseAlarms),
        factsOf(topology, subject.target)?.can?.countsEndsLate ? 1 : 0,
      )
      if (storm === 'short') return { subject, is: 'unjudged', because: `${BEFORE_MIN + 4} s of history needed` }
      if (!storm) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: storm.ratio >= 0.5 ? 'critical' : 'warning',
        summary: `${text(storm.duplicates / storm.seconds, 'perSecond')} of the fills of ${subject.target} put a value that another reader had just fetched (${text(storm.ratio, 'ratio')} of them)`,
        evidence: [
          evidence(
            { from: storm.at - 4_000, to: window.to },
            'cache_fills_total',
            subject,
            'fills that were duplicates',
            storm.ratio,
            'ratio',
            {
              baseline: storm.usual,
              threshold: storm.usual + settings.ratio,
              method: `${Math.round(storm.duplicates)} of ${Math.round(storm.fills)} fills in ${storm.seconds} s added no key`,
            },
          ),
        ],
      }
    })
  },
}

type Stampede = { at: number; duplicates: number; fills: number; ratio: number; usual: number; seconds: number }

type Counted = Record<'misses' | 'fills' | 'items' | 'expired' | 'evicted', Series> & { deleted(since: number): readonly Point[] }
/** What was put, missed and put twice from poll to poll. */
type Rows = Record<'at' | 'fills' | 'misses' | 'duplicates', Float64Array>

/** Of what was read from then on. */
function rowsSince({ misses, fills, items, expired, evicted, deleted }: Counted, since: number): Rows {
  const grown = steps({ misses, fills, expired, evicted }, fills.stepMs, since)
  const start = grown.restarted.lastIndexOf(1) + 1
  const keysAt = valueAt(items, since)
  const byCommand = deleted(since)
  // Mostly nobody deletes.
  const deletedAt = byCommand.length > 0 ? valueAt(byCommand) : () => 0
  const room = grown.at.length
  const rows: Rows = { at: scratch(room), fills: scratch(room), misses: scratch(room), duplicates: scratch(room) }
  let size = 0
  const first = Math.max(1, start)
  let after = first < grown.at.length ? keysAt(grown.at[first - 1]!) : undefined
  for (let i = first; i < grown.at.length; i++) {
    const from = grown.at[i - 1]!
    const to = grown.at[i]!
    const before = after
    after = keysAt(to)
    if (before === undefined || after === undefined || to - from > 2.5 * fills.stepMs) continue
    const removed = grown.expired[i]! + grown.evicted[i]! + Math.max(0, (deletedAt(to) ?? 0) - (deletedAt(from) ?? deletedAt(to) ?? 0))
    // A write that added no key met one that existed: another reader had filled it, or it was overwritten.
    rows.at[size] = to
    rows.fills[size] = grown.fills[i]!
    rows.misses[size] = grown.misses[i]!
    rows.duplicates[size++] = grown.fills[i]! - (after - before + removed)
  }
  const cut = (column: Float64Array) => column.subarray(0, size)
  return { at: cut(rows.at), fills: cut(rows.fills), misses: cut(rows.misses), duplicates: cut(rows.duplicates) }
}

/**
 * Whether no stampede goes on, by the newest polls alone. One that is still held began among them, with duplicates and misses, and its part of
 * duplicates was above the least of all polls that it may have been compared with. `isAll`: there are no older ones.
 */
function isQuiet(
  { at, fills, misses, duplicates }: Rows,
  isAll: boolean,
  { hold, duplicatesMin, ratio }: Settings,
  tears: number,
): boolean {
  const last = at.length - 1 - tears
  if (at.length < BEFORE_MIN + 4) return false
  for (let i = last; i >= 0 && at[last]! - at[i]! < hold; i--) {
    if (i < BEFORE + 3 && !isAll) return false
    if (i < BEFORE_MIN + 3) continue
    const extra = sumOf(duplicates, i - 3, i)
    if (extra < ALMOST * duplicatesMin || sumOf(misses, Math.max(0, i - 3 - ORIGIN), i) < ALMOST * MISSED_PART * extra) continue
    if (extra >= ALMOST * (leastPart(duplicates, fills, Math.max(0, i - 3 - BEFORE), i - 4) + ratio) * sumOf(fills, i - 3, i)) return false
  }
  return true
}
/** Sums that are made in another order differ in their last digits. */
const ALMOST = 0.99

function sumOf(column: Float64Array, first: number, last: number): number {
  let sum = 0
  for (let i = first; i <= last; i++) sum += column[i]!
  return sum
}

/** The least part of duplicates among the fills of any poll: that of several together is no less. */
function leastPart(duplicates: Float64Array, fills: Float64Array, first: number, last: number): number {
  let least = 1
  for (let i = first; i <= last; i++)
    if (fills[i]! < 1 || duplicates[i]! < least * fills[i]!) least = fills[i]! < 1 ? 0 : duplicates[i]! / fills[i]!
  return Math.max(0, least)
}

/** Readers caused it only if so many of them missed first; a batch that overwrites does not read. */
const MISSED_PART = 0.7

function newestStampede(series: Counted, from: number, settings: Settings, needed: number, tears: 0 | 1): Stampede | null | 'short' {
  // An early exit that most ticks take.
  const since = newestOf(series.fills)![0] - settings.hold - (BEFORE + 10) * series.fills.stepMs
  const recent = rowsSince(series, since)
  if (isQuiet(recent, since <= from, settings, tears)) return null
  const rows = since <= from ? recent : rowsSince(series, from)
  const count = rows.at.length
  if (count < BEFORE_MIN + 4) return 'short'
  // The counters of one answer agree: keys missing beyond the fills left in a way that no counter shows, and are no sign of duplicate fills.
  const unknown = sums(rows.duplicates.map((all, i) => (all > rows.fills[i]! + settings.duplicatesMin ? 1 : 0)))
  const duplicates = sums(rows.duplicates)
  const put = sums(rows.fills)
  const missed = sums(rows.misses)
  const over = (all: Float64Array, from: number, to: number) => all[to]! - all[Math.max(0, from)]!

  // A poll amid the crawler's pass sees items gone that are not counted yet, and its next one the opposite: both together tell.
  const isTorn = (from: number, to: number) => tears > 0 && over(duplicates, from + 1, to + 1) < settings.duplicatesMin
  const episode = newestEpisode(
    count - tears,
    (i, since) => {
      const to = i + 1
      const middle = to - 4
      const from = Math.max(since, middle - BEFORE)
      if (middle - from < BEFORE_MIN) return null
      const extra = over(duplicates, middle, to)
      const filled = over(put, middle, to)
      if (extra < settings.duplicatesMin || filled <= 0 || extra > filled || isTorn(middle, to)) return null
      if (over(unknown, to - UNKNOWN_REST, to) > 0) return null
      const usual = Math.max(0, over(duplicates, from, middle) / Math.max(1, over(put, from, middle)))
      const expected = usual * filled
      if (extra - expected < Math.max(settings.duplicatesMin, settings.deviations * Math.sqrt(expected + 1))) return null
      if (extra / filled < usual + settings.ratio) return null
      if (over(missed, to - 4 - ORIGIN, to) < MISSED_PART * extra) return null
      if (!riseAt({ events: duplicates, exposure: put }, { since, from, middle, to }, needed)) return null
      return { duplicates: extra, fills: filled, ratio: extra / filled, usual, seconds: 4 }
    },
    (i, { start: began }) => rows.at[i]! - rows.at[began]! < settings.hold,
  )
  if (!episode || episode.end !== null) return null
  return { ...episode.began, at: rows.at[episode.start]! }
}

/** Whether slots, and the keys in them, have come or gone just now. */
function slotsMove(window: SeriesWindow, target: string): boolean {
  const since = window.to - MOVE_MS
  const recent = (metric: string, labels: Record<string, string>) =>
    window.series(metric, { target, ...labels }).map((series) => {
      const { at, value } = columnsOf(series)
      return value.subarray(at.findLastIndex((ms) => ms < since) + 1)
    })
  const [served, ...open] = SLOTS
  return (
    recent(served, {}).some((values) => values.some((value) => value !== values[0])) ||
    open.some((metric) => recent(metric, {}).some((values) => values.some((value) => value > 0))) ||
    MOVES.some((command) => recent('cache_commands_total', { command }).some((values) => values.at(-1)! > values[0]!))
  )
}

/** Keys deleted by commands, at most: DEL and UNLINK may name a key that is not there. */
function deletions(window: SeriesWindow, target: string, since: number): readonly Point[] {
  const all = ['del', 'unlink', 'getdel', 'delex', 'delifeq'].flatMap((command) =>
    window.series('cache_commands_total', { target, command }),
  )
  const sum = new Map<number, number>()
  for (const series of all) {
    if (grownWithin(series, window.from, window.to) === 0) continue
    const { at, value } = columnsOf(series, since)
    for (let i = 0; i < at.length; i++) sum.set(at[i]!, (sum.get(at[i]!) ?? 0) + value[i]!)
  }
  return [...sum].sort((a, b) => a[0] - b[0])
}
