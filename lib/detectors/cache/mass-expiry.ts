import { z } from 'zod'
import { count, duration as durationText, safe, text } from '../../format/format.ts'
import { steps, sums, valueAt } from '../../math/columns.ts'
import { newestEpisode } from '../../math/episodes.ts'
import { mad, median } from '../../math/robust.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { type Labels, newestOf, type Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { nextCliff } from '../cliff.ts'
import { ECHO_METRICS, type Refill, refillOf } from '../echo.ts'
import { lifetimeOf } from '../lifetime.ts'
import { riseAt } from '../rises.ts'
import { cacheCount, cacheRows, evidence, factsOf, REFILL_SPAN_MS, type Row, rowOf, staleBecause } from '../rows.ts'
import { duration, evidenceOfEach, falseAlarms, patience, share, threshold } from '../settings.ts'
import { loading, sustainedWrites } from '../writes.ts'

type Settings = DetectorSettings & {
  falseAlarms: number
  cliffShare: number
  times: number
  struckShare: number
  keysMin: number
  sampledMin: number
  fresh: number
  hold: number
}

/** History that is judged; what is older tells of an echo. */
const SPAN_MS = 240_000

export const massExpiry: Detector<Settings> = {
  id: 'cache/mass-expiry',
  title: 'Mass expiry',
  why: 'Keys that were written together with one TTL expire together: within a second thousands of reads miss, and the origin is asked for all of them at once. It recurs with every TTL. A TTL drawn at random around its length (jitter) spreads the expirations; keys that are already written keep theirs.',
  harmless: 'Where the origin answers the wave of misses without getting slower.',
  settings: z.strictObject({
    ...patience('0s', '10s'),
    falseAlarms: falseAlarms('caches'),
    cliffShare: share(0.05, 'Share of the keys that end within two seconds, as the lower end of its interval'),
    times: threshold(10, 'Factor over what ends in the other seconds'),
    struckShare: share(0.1, 'Share of the keys that were gone within three seconds, from which it has happened already'),
    keysMin: threshold(200, 'Fewer keys are not judged: an origin answers them without trouble'),
    sampledMin: threshold(200, 'Keys that must have been sampled, unless the cache holds fewer'),
    fresh: duration('30s', 'Older samples are ignored'),
    hold: duration('45s', 'How long it stays reported after the keys ended, while they are fetched again'),
  }),
  needs: {
    spanMs: REFILL_SPAN_MS,
    metrics: ['cache_expirations_total', 'cache_items'],
    also: { metrics: [...ECHO_METRICS, 'cache_writes_total'], records: ['ttl-histogram'] },
  },
  detect(all, topology, settings) {
    const window = all.between(Math.max(all.from, all.to - SPAN_MS), all.to)
    const caches = cacheCount(window, 'cache_expirations_total')
    return cacheRows(window, ['cache_expirations_total', 'cache_items']).map((row): Verdict => {
      const subject = row.labels
      const stale = staleBecause(row.cache_expirations_total!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const needed = evidenceOfEach(row.cache_expirations_total!.stepMs, caches, settings.falseAlarms)
      const missed = factsOf(topology, subject.target)?.can?.countsEndsLate
        ? rowOf(window, ['cache_misses_total'], subject)?.cache_misses_total
        : undefined
      const strike = struck(row, missed, settings, () => sustainedWrites(window, subject.target!), needed)
      if (strike) {
        const gone = strike.keys / strike.before
        const echo = echoOf(all, subject, strike.keys, 3_000)
        const ttlMs = echo ? strike.at - echo.at : lifetimeOf(window, subject.target!, strike)
        return {
          subject,
          is: 'found',
          severity: echo ? 'info' : gone >= 0.3 ? 'critical' : 'warning',
          summary: `${count(strike.keys)} keys of ${subject.target} (${text(gone, 'ratio')}) expired within three seconds${echoText(echo, window.to)}`,
          evidence: [
            evidence(
              { from: strike.at - 3_000, to: window.to },
              'cache_expiration_rate',
              subject,
              'keys expired in three seconds',
              strike.keys,
              'count',
              {
                baseline: strike.usual,
                threshold: Math.max(settings.keysMin, settings.struckShare * strike.before),
              },
            ),
          ],
          ...(ttlMs !== null && { ttlMs }),
        }
      }
      const [histogram] = window.records('ttl-histogram', subject.target)
      if (!histogram || window.to - histogram.at > settings.fresh) {
        if (factsOf(topology, subject.target)?.role === 'store') return { subject, is: 'clear' }
        return row.cache_items ? { subject, is: 'clear' } : { subject, is: 'unjudged', because: 'expiration times are not sampled here' }
      }
      if (loading(window, subject.target!))
        return { subject, is: 'unjudged', because: 'many keys are being written right now: their expiration times still change' }
      const cliff = nextCliff(histogram, window.to, settings)
      if (!cliff) return { subject, is: 'clear' }
      const echo = echoOf(all, subject, cliff.keys, 2_000)
      const pattern = cliff.pattern ? `, most of them ${safe(cliff.pattern, 60)}` : ''
      return {
        subject,
        is: 'found',
        severity: echo ? 'info' : 'warning',
        summary:
          foreseen(cliff.at - window.to, `${count(cliff.keys)} keys of ${subject.target} (${text(cliff.share, 'ratio')})`) +
          pattern +
          echoText(echo, window.to),
        evidence: [
          evidence(
            { from: histogram.at, to: cliff.at },
            'cache_expiration_rate',
            subject,
            'share of the keys that end together',
            cliff.share,
            'ratio',
            {
              low: cliff.low,
              high: cliff.high,
              threshold: settings.cliffShare,
              baseline: cliff.others,
              method: `${count(histogram.sampled)} of ${count(histogram.keys)} keys sampled`,
            },
          ),
        ],
      }
    })
  },
}

/** The refill of which such an end is the echo: no more keys than missed in it within as long a time. Its cause was told when it happened. */
function echoOf(window: SeriesWindow, subject: Labels, keys: number, ms: number): Refill | null {
  const refill = refillOf(window, subject)
  // Polls of the refill and of its echo begin at other moments.
  return refill && keys <= refill.most(ms + 1_000) ? refill : null
}

const echoText = (echo: Refill | null, now: number) =>
  echo ? `: the echo of its ${echo.is} ${durationText(now - echo.at)} ago, after which they were fetched together` : ''

/** A second is as near as the samples can tell. */
const foreseen = (leftMs: number, keys: string) =>
  leftMs < 1_000 ? `About ${keys} are ending now, within two seconds` : `In ${durationText(leftMs)} about ${keys} end within two seconds`

/** Computed when it is first asked for. */
function once(compute: () => number): () => number {
  let known: number | null = null
  return () => {
    known ??= compute()
    return known
  }
}

type Ended = Record<'expirations' | 'missed' | 'items', Series>

/** The keys that ended from poll to poll, of what was read from then on. */
function endedSince({ expirations, missed }: Ended, since?: number) {
  const { at, seconds, expired, misses, restarted } = steps({ expired: expirations, misses: missed }, expirations.stepMs, since)
  for (let i = 0; i < expired.length; i++) expired[i] = Math.min(expired[i]!, misses[i]!)
  return { at, seconds, expired, restarted }
}

/** Whether no keys ended together by the newest polls alone, an early exit that most ticks take: an end that is still told was among them. */
function isQuiet(ended: Ended, { hold, keysMin, struckShare }: Settings): boolean {
  const newest = newestOf(ended.expirations)
  const since = (newest ? newest[0] : 0) - hold - 10 * ended.expirations.stepMs
  const { at, expired } = endedSince(ended, since)
  const itemsAt = valueAt(ended.items, since)
  let i = at.length - 1
  for (; i >= 0 && at[at.length - 1]! - at[i]! < hold; i--) {
    if (i < 2) return false
    // Sums that are made in another order differ in their last digits.
    const keys = 1.01 * (expired[i]! + expired[i - 1]! + expired[i - 2]!)
    if (keys >= keysMin && keys >= struckShare * (itemsAt(at[i]!) ?? 0)) return false
  }
  return i >= 0
}

/** Keys that expired together a moment ago; null when none did. Given misses, only keys count that a read missed: the others may have ended long before. */
function struck(
  row: Row<'cache_expirations_total' | 'cache_items'>,
  missed: Series | undefined,
  settings: Settings,
  writesPerSecond: () => number,
  needed: number,
): { at: number; keys: number; before: number; usual: number } | null {
  const { cache_expirations_total: expirations, cache_items: items } = row
  if (!expirations || !items) return null
  const ended = { expirations, missed: missed ?? expirations, items }
  if (isQuiet(ended, settings)) return null
  const { at, seconds, expired, restarted } = endedSince(ended)
  const itemsAt = valueAt(items)
  const written = once(writesPerSecond)
  const total = sums(expired)
  const counts = { events: total, exposure: sums(seconds) }
  const three = (i: number) => total[i + 1]! - total[Math.max(0, i - 2)]!
  const strike = newestEpisode(
    at.length,
    (i) => {
      const keys = three(i)
      if (keys < settings.keysMin || restarted[i]) return null
      // An early exit that most polls take: before the end there were no fewer keys than after it.
      if (keys < settings.struckShare * (itemsAt(at[i]!) ?? 0)) return null
      const before = Math.max(
        ...at.slice(Math.max(0, i - 4), i + 1).map((ms) => itemsAt(ms) ?? 0),
        itemsAt(items.points[0]![0]) && i < 4 ? items.points[0]![1] : 0,
      )
      if (before <= 0 || keys < settings.struckShare * before || keys < 2 * 3 * written()) return null
      const rest = expired.slice(Math.max(0, i - 62), Math.max(0, i - 2))
      if (rest.length < 10) return null
      const usual = 3 * median(rest)!
      if (keys <= usual + settings.times * Math.max(3 * mad(rest)!, Math.sqrt(usual + 1))) return null
      return riseAt(counts, { since: 0, from: Math.max(0, i - 62), middle: i - 2, to: i + 1 }, needed) ? { keys, before, usual } : null
    },
    (i, { start }) => at[i]! - at[start]! < settings.hold,
  )
  if (!strike || strike.end !== null) return null
  // The second after the first look may hold the larger part.
  const most = Math.max(...[0, 1, 2].map((k) => (strike.start + k < at.length ? three(strike.start + k) : 0)))
  return { ...strike.began, keys: most, before: Math.max(most, strike.began.before), at: at[strike.start]! }
}
