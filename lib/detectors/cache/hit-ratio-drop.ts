import { z } from 'zod'
import { duration as durationText, text } from '../../format/format.ts'
import { type Steps, steps, sums } from '../../math/columns.ts'
import { newestEpisode } from '../../math/episodes.ts'
import { median } from '../../math/robust.ts'
import { scratch } from '../../math/scratch.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { columnsOf, type Labels, labelsKey, newestOf, type Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { burstOf } from '../burst.ts'
import { ECHO_METRICS, echoOf } from '../echo.ts'
import { BEFORE_MIN, FALL_LENGTHS, type Fall, type FallLimits, fallAt, type RatioSums, ratioOf } from '../falls.ts'
import { readsLost } from '../prices.ts'
import { cacheCount, cacheRows, evidence, factsOf, REFILL_SPAN_MS, refilling, rowsOf, staleBecause } from '../rows.ts'
import { lazySeason, SEASON_OFFSETS, seasonText } from '../seasons.ts'
import { duration, evidenceOfEach, falseAlarms, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  drop: number
  dropMoved: number
  z: number
  falseAlarms: number
  lookupsMin: number
  lostMin: number
  dropAlways: number
  young: number
  normalAfter: number
  criticalLostPerSecond: number
}

/** History that the rule needs: five minutes that a drop may last, and the baseline before it. */
const SPAN_MS = 430_000
const USUAL_MS = 300_000
const ECHO_MS = 300_000

export const hitRatioDrop: Detector<Settings> = {
  id: 'cache/hit-ratio-drop',
  title: 'Hit ratio dropped',
  why: 'Reads that used to be answered from memory now go to the origin, which was sized for the misses of a normal day. The cause is usually a deploy that reads new keys, keys that were deleted or expired together, or evictions.',
  harmless: 'When somebody emptied the cache on purpose, or a job reads keys that no user reads, and the origin carries it.',
  settings: z.strictObject({
    ...patience('0s', '10s'),
    drop: share(0.03, 'Fall of the hit ratio, 0.03 being three points: below, load that moves between keys looks the same'),
    dropMoved: share(0.15, 'The same for some minutes after a ring moved keys here: they expire together once more'),
    falseAlarms: falseAlarms('caches'),
    z: threshold(4, 'Standard errors of the counts that a fall must have at least, however many false alarms are allowed'),
    lookupsMin: threshold(
      200,
      'Lookups in the newest seconds; with fewer a higher bar holds, because one cold client moves the ratio by whole points',
    ),
    lostMin: threshold(5, 'Additional misses a second: an origin does not notice fewer'),
    dropAlways: share(0.2, 'A fall this deep is reported with however few reads'),
    young: duration('60s', 'Pause after the start: keys that were loaded together expire, or the first readers arrive'),
    normalAfter: duration('5m', 'A hit ratio that stays low for this time is the new normal; cache/hit-ratio-low judges it then'),
    criticalLostPerSecond: threshold(500, 'Additional misses a second from which it is critical'),
  }),
  learns: true,
  needs: {
    spanMs: REFILL_SPAN_MS,
    stepMostMs: 20_000,
    offsetsMs: SEASON_OFFSETS,
    metrics: ['cache_hits_total', 'cache_misses_total'],
    also: { metrics: [...ECHO_METRICS, 'ring_share_owned'] },
  },
  price: readsLost,
  detect(window, topology, settings) {
    const recent = window.between(Math.max(window.from, window.to - SPAN_MS), window.to)
    const caches = cacheCount(recent, 'cache_hits_total')
    return cacheRows(recent, ['cache_hits_total', 'cache_misses_total', 'cache_uptime_seconds']).flatMap((row): Verdict[] => {
      const subject = row.labels
      const { cache_hits_total: hits, cache_misses_total: misses, cache_uptime_seconds: uptime } = row
      if (factsOf(topology, subject.target)?.role === 'store') return []
      if (!misses || !hits) return [{ subject, is: 'unjudged', because: 'misses are not reported' }]
      const stale = staleBecause(hits, window.to)
      if (stale) return [{ subject, is: 'unjudged', because: stale }]
      const grown = steps({ hits, misses }, hits.stepMs)
      // The time before a restart, or before a ring moved keys here, is no baseline: the misses after it are the refill.
      const { movedAt, phase } = refilling(window, topology, subject.target!)
      if (phase === 'refill') return [{ subject, is: 'unjudged', because: 'keys that the ring moved here are being fetched again' }]
      const start = Math.max(grown.restarted.lastIndexOf(1) + 1, movedAt === null ? 0 : firstAfter(grown.at, movedAt))
      const youngAt = uptime ? youngUntil(uptime, settings.young) : 0
      const least = phase === 'echo' ? Math.max(settings.drop, settings.dropMoved) : settings.drop
      const season = lazySeason(window, 'lowest', (then) => ratiosOf(then, subject))
      const drop = newestDrop(grown, start, youngAt, {
        ...settings,
        drop: least,
        evidence: evidenceOfEach(hits.stepMs, caches, settings.falseAlarms),
        hourly: () => season()?.normal ?? null,
      })
      if (drop === 'short') {
        const because = start > 0 ? 'warming up after a restart or a moved ring' : `${grown.at.length} s of history; 17 s needed`
        return [{ subject, is: 'unjudged', because }]
      }
      if (drop === 'idle') return [{ subject, is: 'unjudged', because: 'no reads' }]
      if (drop === null) return [{ subject, is: 'clear' }]
      const { before, now, lookupsPerSecond, since } = drop
      const lost = (before - now) * lookupsPerSecond
      // In the evening fewer reads keep fewer keys warm: the ratio falls while the origin is asked less than it was.
      if ((1 - now) * lookupsPerSecond <= usualMisses(grown, since)) return [{ subject, is: 'clear' }]
      // What was fetched together after a start ends together one life later: of a small cache that is a deep fall which harms nobody.
      const always = window.to < echoUntil(uptime) ? 1 : settings.dropAlways
      if (lost < settings.lostMin && before - now < always) return [{ subject, is: 'clear' }]
      const echo = echoOf(window, subject, grown, drop)
      const burst = echo ? null : burstOf(window, subject, drop)
      const cause = echo ?? burst
      const why = cause ? `; it is the echo of its ${cause.is} ${durationText(window.to - cause.at)} ago, whose keys end together` : ''
      return [
        {
          subject,
          is: 'found',
          // A restart was told when it happened, and the origin bore the burst.
          severity: cause ? 'info' : lost >= settings.criticalLostPerSecond ? 'critical' : 'warning',
          summary: `The hit ratio of ${subject.target} fell from ${text(before, 'ratio')} to ${text(now, 'ratio')}: ${text(lost, 'perSecond')} more reads reach the origin${why}`,
          evidence: [
            evidence({ from: since, to: window.to }, 'cache_hit_ratio', subject, 'hit ratio now', now, 'ratio', {
              baseline: before,
              threshold: before - settings.drop,
              method: `sequential test of the newest seconds against those before, with the overdispersion and the wandering seen there${seasonText(season(), 'ratio')}`,
            }),
            evidence({ from: since, to: window.to }, 'cache_miss_rate', subject, 'reads lost to the origin', lost, 'perSecond'),
          ],
          ...(echo && { ttlMs: since - echo.at }),
        },
      ]
    })
  },
}

/** A minute of fewer lookups has no ratio. */
const MINUTE_LOOKUPS_MIN = 30

function ratiosOf(then: SeriesWindow, subject: Labels): number[] {
  const [row] = rowsOf(then, ['cache_hits_total', 'cache_misses_total'], subject).filter(
    ({ labels }) => labelsKey(labels) === labelsKey(subject),
  )
  if (!row?.cache_hits_total || !row.cache_misses_total) return []
  const { hits, misses } = steps({ hits: row.cache_hits_total, misses: row.cache_misses_total }, row.cache_hits_total.stepMs)
  return Array.from(hits).flatMap((hit, i) => (hit + misses[i]! >= MINUTE_LOOKUPS_MIN ? [hit / (hit + misses[i]!)] : []))
}

/** `begin`: the end of the last poll before it; `since`: when it was seen first. */
type Drop = { before: number; now: number; lookupsPerSecond: number; begin: number; since: number }

/** The drop that lasts at the newest step; null when there is none, `short` when the history cannot tell. */
function newestDrop(
  all: Steps<'hits' | 'misses'>,
  start: number,
  youngAt: number,
  settings: Settings & FallLimits,
): Drop | null | 'short' | 'idle' {
  const at = all.at.subarray(start)
  const count = at.length
  if (count < BEFORE_MIN + 2) return 'short'
  const { hits, lookups, highest } = sumsFrom(all, start)
  if (lookups[count]! - lookups[Math.max(0, count - 30)]! === 0) return 'idle'
  const sumsOf = { hits, lookups }
  const ratio = (from: number, to: number) => ratioOf(sumsOf, from, to)

  /** The newest steps up to `to` that hold enough lookups for a ratio, three to thirty of them. */
  const newest = (to: number) => {
    let from = Math.max(0, to - 3)
    while (from > 0 && to - from < 30 && lookups[to]! - lookups[from]! < 100) from--
    return { from, ratio: ratio(from, to) }
  }

  // An early exit that most ticks take: a fall is told from a mean before it, and no mean is above the highest of all steps.
  const isBelow = (from: number, fall: number) => highest - ratio(from, count) >= fall
  if (
    !isBelow(newest(count).from, settings.drop / 2) &&
    !FALL_LENGTHS.some((length) => isBelow(Math.max(0, count - length), settings.drop))
  )
    return null

  const begins = (i: number, since: number): Fall | null =>
    at[i]! <= youngAt || at[i]! < oldest ? null : fallAt(sumsOf, i, since, settings)

  // A drop that began earlier counts as the new normal.
  const oldest = at[count - 1]! - settings.normalAfter
  let worst = 0
  const episode = newestEpisode(count, begins, (i, { start: began, began: { before } }) => {
    if (i === began + 1) worst = 0
    const fallen = before - newest(i + 1).ratio
    worst = Math.max(worst, fallen)
    return fallen > Math.max(settings.drop / 2, worst / 2) && at[i]! - at[began]! < settings.normalAfter
  })
  if (!episode || episode.end !== null) return null
  const to = count
  const { from, ratio: now } = newest(to)
  const seconds = sums(all.seconds.subarray(start))
  return {
    before: episode.began.before,
    now,
    lookupsPerSecond: (lookups[to]! - lookups[from]!) / (seconds[to]! - seconds[from]!),
    begin: at[episode.start - episode.began.polls]!,
    since: at[episode.start]!,
  }
}

/** Hits and lookups as running sums from that step on, and the highest ratio of one step. One pass: it is made of every cache at every tick. */
function sumsFrom(all: Steps<'hits' | 'misses'>, start: number): RatioSums & { highest: number } {
  const count = all.at.length - start
  const [hits, lookups] = [scratch(count + 1), scratch(count + 1)]
  hits[0] = 0
  lookups[0] = 0
  let highest = 0
  for (let i = 0; i < count; i++) {
    const hit = all.hits[start + i]!
    hits[i + 1] = hits[i]! + hit
    lookups[i + 1] = lookups[i]! + (hit + all.misses[start + i]!)
    const read = lookups[i + 1]! - lookups[i]!
    const ratio = (hits[i + 1]! - hits[i]!) / read
    if (read > 0 && ratio > highest) highest = ratio
  }
  return { hits, lookups, highest }
}

/** The newest moment at which it was up for less than that; 0: it was not. */
function youngUntil(uptime: Series, youngMs: number): number {
  const youngest = uptime.leastOfRising?.()
  if (youngest !== undefined && youngest * 1000 >= youngMs) return 0
  const { at, value } = columnsOf(uptime)
  for (let i = at.length - 1; i >= 0; i--) if (value[i]! * 1000 < youngMs) return at[i]!
  return 0
}

/** Until two lives of most keys after the newest start. */
function echoUntil(uptime: Series | undefined): number {
  const newest = uptime && newestOf(uptime)
  return newest ? newest[0] - newest[1] * 1000 + ECHO_MS : 0
}

/** Misses a second in the middle of the five minutes before. A burst of reads is no part of the middle. */
function usualMisses({ at, misses, seconds }: Steps<'hits' | 'misses'>, since: number): number {
  const before = Array.from(misses).flatMap((count, i) => (at[i]! < since && at[i]! >= since - USUAL_MS ? [count / seconds[i]!] : []))
  return median(before) ?? 0
}

function firstAfter(at: Float64Array, moment: number): number {
  const index = at.findIndex((ms) => ms > moment)
  return index < 0 ? at.length : index
}
