import { z } from 'zod'
import { text } from '../../format/format.ts'
import { steps, sums } from '../../math/columns.ts'
import { newestEpisode } from '../../math/episodes.ts'
import { grownWithin, newestValue, rates } from '../../math/rates.ts'
import { mad, median } from '../../math/robust.ts'
import { scratch } from '../../math/scratch.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { type Labels, labelsKey, newestOf, type Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { keysEvicted } from '../prices.ts'
import { riseAt } from '../rises.ts'
import { cacheCount, cacheRows, evidence, factsOf, type Row, refilling, staleBecause } from '../rows.ts'
import { lazySeason, SEASON_OFFSETS, seasonText } from '../seasons.ts'
import { duration, evidenceOfEach, falseAlarms, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  falseAlarms: number
  deviations: number
  perSecondMin: number
  itemsShare: number
  normalAfter: number
  storeQuiet: number
}

/** Length of the baseline in polls: a minute, at least a quarter of one. */
const BEFORE = 60
const BEFORE_MIN = 15

/**
 * Share of its keys that a cache must evict from one poll to the next for a storm that is no longer than that. A server evicts at once what some
 * kilobytes take for a moment, such as a client's output buffer or a hash table that grows, and of small keys these are many: a batch is no storm
 * until the next poll evicts as well.
 */
const AT_ONCE = 0.2

/** The past is known by the minute; its busiest second may have been so many times as busy. */
const SECOND_OF_MINUTE = 3

/** From this many similar bursts within the window on, bursts are normal for this cache: a small cache evicts in bursts. */
const RHYTHM_TIMES = 3
const RHYTHM_HEIGHT = 0.7
/** Two bursts with fewer calm polls than this between them count as one. */
const CALM = 5

export const evictionStorm: Detector<Settings> = {
  id: 'cache/eviction-storm',
  title: 'Eviction storm',
  why: 'The cache evicts keys far faster than it normally does: something writes more than fits, and keys that are still read go first to make room. The hit ratio follows within seconds. A store must never evict at all: what it evicts is lost.',
  harmless:
    'After a bulk load whose keys are read more than those that had to go. A cache that is full and evicts steadily is fine and not reported.',
  settings: z.strictObject({
    ...patience('0s', '10s'),
    falseAlarms: falseAlarms('caches'),
    deviations: threshold(8, 'Robust deviations above the last minute: none of 38 min of recorded normal traffic reaches the default'),
    perSecondMin: threshold(50, 'Fewer evictions a second are not judged: even a small cache refills faster'),
    itemsShare: share(0.005, 'Share of the keys evicted each second: at half a percent the whole cache is replaced within minutes'),
    normalAfter: duration('5m', 'A rate that lasts this long is the new normal'),
    storeQuiet: duration('60s', 'A store without evictions for this time is clear again'),
  }),
  learns: true,
  needs: {
    spanMs: 430_000,
    offsetsMs: SEASON_OFFSETS,
    metrics: ['cache_evictions_total'],
    also: {
      metrics: [
        'cache_items',
        'cache_memory_used_bytes',
        'cache_memory_max_bytes',
        'ring_share_owned',
        'cache_hits_total',
        'cache_misses_total',
      ],
    },
  },
  price: keysEvicted,
  detect(window, topology, settings) {
    const caches = cacheCount(window, 'cache_evictions_total')
    return cacheRows(window, [
      'cache_evictions_total',
      'cache_items',
      'cache_memory_used_bytes',
      'cache_memory_max_bytes',
      'cache_hits_total',
      'cache_misses_total',
    ]).flatMap((row): Verdict[] => {
      const subject = row.labels
      const evictions = row.cache_evictions_total!
      const stale = staleBecause(evictions, window.to)
      if (stale) return [{ subject, is: 'unjudged', because: stale }]
      const { at, seconds, evicted } = evictedOf(window, evictions)
      const items = newestValue(row.cache_items)
      // A poll that follows a late one at once sees a moment, and servers evict in batches: one batch is no rate.
      const perSecond = scratch(evicted.length)
      for (let i = 0; i < evicted.length; i++) perSecond[i] = evicted[i]! / Math.max(seconds[i]!, evictions.stepMs / 1_000)
      const newest = perSecond.at(-1) ?? 0
      const memory: Evidence[] = []
      const [used, most] = [row.cache_memory_used_bytes, row.cache_memory_max_bytes].map(newestValue)
      if (used && most)
        memory.push(evidence(window, 'cache_memory_ratio', subject, 'memory used of maxmemory', used / most, 'ratio', { threshold: 1 }))

      if (factsOf(topology, subject.target)?.role === 'store') {
        const last = perSecond.findLastIndex((rate) => rate > 0)
        if (last < 0 || window.to - at[last]! > settings.storeQuiet) return [{ subject, is: 'clear' }]
        const from = at[Math.max(0, perSecond.findIndex((rate, i) => rate > 0 && window.to - at[i]! <= settings.storeQuiet) - 1)]!
        const lost = evicted.reduce((sum, count, i) => (at[i]! > from ? sum + count : sum), 0)
        return [
          {
            subject,
            is: 'found',
            severity: 'critical',
            summary: `${subject.target} is a store and evicts: ${text(lost, 'count')} keys are lost`,
            evidence: [
              evidence({ from, to: window.to }, 'cache_eviction_rate', subject, 'evictions', newest, 'perSecond', {
                baseline: 0,
                threshold: 0,
              }),
              ...memory,
            ],
          },
        ]
      }
      if (at.length < BEFORE_MIN + 1) return [{ subject, is: 'unjudged', because: `${at.length} s of history; ${BEFORE_MIN + 1} s needed` }]

      const { phase } = refilling(window, topology, subject.target!)
      if (phase === 'refill') return [{ subject, is: 'unjudged', because: 'keys that the ring moved here are still being fetched' }]
      // A storm leaves fewer keys, so the threshold follows their present number, down to a floor.
      const floor = Math.max(settings.perSecondMin, settings.itemsShare * (items ?? 0))
      if (!perSecond.some((rate) => rate >= floor)) return [{ subject, is: 'clear' }]
      const bursts = burstsOf(perSecond, floor)
      const isRhythm = (i: number) =>
        bursts.filter(({ to, height }) => to < i - CALM && height >= RHYTHM_HEIGHT * perSecond[i]!).length >= RHYTHM_TIMES
      let moreFills: ReturnType<typeof moreFillsOf> | null = null
      const season = lazySeason(window, 'highest', (then) => ratesOf(then, subject))
      const counts = { events: sums(evicted), exposure: sums(seconds) }
      const needed = evidenceOfEach(evictions.stepMs, caches, settings.falseAlarms)
      const itemsBefore = (ms: number) => row.cache_items?.points.findLast(([read]) => read < ms)?.[1] ?? Number.POSITIVE_INFINITY
      let run = 0
      const storm = newestEpisode(
        at.length,
        (i, since) => {
          run = 0
          if (perSecond[i]! < floor || i - since < BEFORE_MIN || isRhythm(i)) return null
          const from = Math.max(since, i - BEFORE)
          const before = perSecond.slice(from, i)
          // Asked for by few polls, and dear: of a calm cache it is not computed.
          moreFills ??= moreFillsOf(row, at)
          const fills = moreFills(from, i)
          const middle = median(before)! + fills
          const bar = middle + settings.deviations * Math.max(mad(before)!, Math.sqrt(middle + 1))
          if (perSecond[i]! <= bar) return null
          if (!(perSecond[i - 1]! > bar) && evicted[i]! < AT_ONCE * Math.max(1, itemsBefore(at[i]!))) return null
          if (perSecond[i]! <= SECOND_OF_MINUTE * (season()?.normal ?? 0)) return null
          const isRise = riseAt(counts, { since, from, middle: i, to: i + 1, explained: fills * seconds[i]! }, needed)
          return isRise ? { before: middle, bar: Math.max(bar, floor) } : null
        },
        (i, { start, began }) => {
          run = perSecond[i]! < Math.max(floor / 2, began.before + (began.bar - began.before) / 2) ? run + 1 : 0
          return run < 3 && at[i]! - at[start]! < settings.normalAfter
        },
      )
      if (!storm || storm.end !== null) return [{ subject, is: 'clear' }]
      const { before, bar } = storm.began
      const worst = Math.max(...perSecond.slice(storm.start))
      const turnover = items ? `, ${text(newest / items, 'ratio')} of its keys each second` : ''
      return [
        {
          subject,
          is: 'found',
          severity: items !== null && worst >= 0.1 * items ? 'critical' : 'warning',
          summary: `${subject.target} evicts ${text(newest, 'perSecond')}${turnover}; ${text(before, 'perSecond')} before`,
          evidence: [
            evidence({ from: at[storm.start]!, to: window.to }, 'cache_eviction_rate', subject, 'evictions', newest, 'perSecond', {
              baseline: before,
              threshold: bar,
              high: worst,
              method: `sequential test of the newest poll against the minute before${seasonText(season(), 'perSecond')}`,
            }),
            ...memory,
          ],
        },
      ]
    })
  },
}

/** The evictions from poll to poll: of a calm cache those of the newest polls alone, where they are enough to judge it. */
function evictedOf({ from, to }: SeriesWindow, evictions: Series) {
  const { stepMs } = evictions
  const all = () => steps({ evicted: evictions }, stepMs)
  if (grownWithin(evictions, from, to) > 0) return all()
  const newest = steps({ evicted: evictions }, stepMs, newestOf(evictions)![0] - 2 * BEFORE_MIN * stepMs)
  return newest.at.length > BEFORE_MIN ? newest : all()
}

function ratesOf(then: SeriesWindow, subject: Labels): number[] {
  const series = then.series('cache_evictions_total', subject).find(({ labels }) => labelsKey(labels) === labelsKey(subject))
  return series ? rates(series.points, series.stepMs).map(([, perSecond]) => perSecond) : []
}

/**
 * How many more keys a second are filled at a poll than before it because more is read: as many of the reads miss as before. A full cache evicts
 * one for each, and nothing is wrong. None where reads are not reported.
 */
function moreFillsOf(row: Row<'cache_hits_total' | 'cache_misses_total'>, at: Float64Array): (from: number, i: number) => number {
  const { cache_hits_total: hits, cache_misses_total: misses } = row
  if (!hits || !misses) return () => 0
  const grown = steps({ hits, misses }, hits.stepMs)
  const place = new Map(Array.from(grown.at, (ms, k) => [ms, k]))
  const perSecond = (of: (k: number) => number) =>
    at.map((ms) => {
      const k = place.get(ms)
      return k === undefined ? 0 : of(k) / grown.seconds[k]!
    })
  const missed = perSecond((k) => grown.misses[k]!)
  const read = perSecond((k) => grown.hits[k]! + grown.misses[k]!)
  return (from, i) => {
    const usual = median(read.slice(from, i))!
    // What is read at the end of one poll may be filled in the next.
    const now = Math.max(read[i]!, read[i - 1] ?? 0)
    return usual > 0 && now > usual ? median(missed.slice(from, i))! * (now / usual - 1) : 0
  }
}

/** Runs of consecutive polls at or above the floor, each with its last poll and its highest rate. */
function burstsOf(perSecond: Float64Array, floor: number): { to: number; height: number }[] {
  const bursts: { to: number; height: number }[] = []
  for (const [i, rate] of perSecond.entries()) {
    if (rate < floor) continue
    const last = bursts.at(-1)
    if (last && i - last.to <= CALM) Object.assign(last, { to: i, height: Math.max(last.height, rate) })
    else bursts.push({ to: i, height: rate })
  }
  return bursts
}
