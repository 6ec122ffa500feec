import { steps } from '../math/columns.ts'
import type { Labels, Series } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { mostWithin } from './echo.ts'
import { rowOf } from './rows.ts'

/** All of them are among ECHO_METRICS, which a rule names in its needs. */
const BURST_METRICS = ['cache_hits_total', 'cache_misses_total', 'cache_expirations_total', 'cache_items'] as const

/** A mean life of a key is taken from so long before the fall. */
const LIFE_SPAN_MS = 300_000
/** Lives are drawn around their mean (jitter), and which keys there are varies. */
const LIVES = 1.5
/** The most keys of so long before the fall are those with which the ratio was what it was. */
const FULL_MS = 60_000
/** Standard errors that a count of misses may lie above what it stands for. */
const Z = 2

/** When reads were many, and filled the cache with the keys that end now. */
export type Burst = { at: number; is: 'burst of reads' }
/** When a hit ratio began to fall, and what it was. */
export type Fallen = { begin: number; before: number }

/**
 * The burst of reads of which a fall is the echo, or null. A burst fills a cache with keys that few reads keep there afterwards; one life later they
 * end together, and the cache shrinks to what fewer reads need. Then three things hold since the fall began:
 *
 * 1. At least as many keys ended as reads missed: no read is lost to new keys, deletions, evictions or fills that are not made.
 * 2. No larger part of the hits is gone than of the keys: those that end are not the ones that are read most.
 * 3. No more missed than in as long a time of the lives before, which the origin bore.
 */
export function burstOf(window: SeriesWindow, subject: Labels, { begin, before }: Fallen): Burst | null {
  const row = rowOf(window, BURST_METRICS, subject)
  if (!row?.cache_hits_total || !row.cache_misses_total || !row.cache_expirations_total || !row.cache_items) return null
  const { cache_hits_total: hits, cache_misses_total: misses, cache_expirations_total: ends, cache_items: items } = row
  const counted = steps({ hit: hits, missed: misses, ended: ends }, misses.stepMs)
  const first = counted.at.findIndex((ms) => ms > begin)
  if (first < 1) return null
  const sum = (column: 'hit' | 'missed' | 'ended' | 'seconds', from = first, to?: number) =>
    counted[column].slice(from, to).reduce((all, count) => all + count, 0)
  const missed = sum('missed')
  if (missed > sum('ended')) return null
  const reads = sum('hit') + missed
  const lost = missed - (1 - before) * reads - Z * Math.sqrt(missed)
  if (lost > goneOf(items, begin) * before * reads) return null
  // Little's law: there are as many keys as end a second, times how long each lives.
  const oldest = counted.at.findIndex((ms) => ms > begin - LIFE_SPAN_MS)
  const keys = items.points.findLast(([ms]) => ms <= begin)?.[1] ?? 0
  const lifeMs = (1_000 * keys * sum('seconds', oldest, first)) / sum('ended', oldest, first)
  const from = counted.at.findIndex((ms) => ms > begin - LIVES * lifeMs)
  const most = mostWithin(counted.at.slice(from, first), counted.missed.slice(from, first), 1_000 * sum('seconds'))
  return missed <= most.count ? { at: most.at, is: 'burst of reads' } : null
}

/** The part of the keys that is gone since. */
function goneOf({ points }: Series, begin: number): number {
  const full = Math.max(...points.flatMap(([ms, keys]) => (ms > begin - FULL_MS && ms <= begin ? [keys] : [])))
  return full > 0 ? 1 - points.at(-1)![1] / full : 0
}
