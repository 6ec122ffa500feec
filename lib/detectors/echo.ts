import { type Steps, steps, sums } from '../math/columns.ts'
import { median, type Numbers } from '../math/robust.ts'
import type { Labels } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { flushedAt, restartedAt } from './emptied.ts'
import { rowOf } from './rows.ts'

/** Metrics that `refillOf` and `isOfEndedKeys` read, for `needs.also` of a rule. */
export const ECHO_METRICS = [
  'cache_hits_total',
  'cache_misses_total',
  'cache_uptime_seconds',
  'cache_items',
  'cache_expirations_total',
  'cache_evictions_total',
] as const

/** For so long after it was emptied a cache fetches again what is read, beyond what it does always. */
const REFILL_MS = 120_000
/** Share of the keys that is gone at once, other than by TTL or eviction, from which a cache was emptied. As cache/cold-start. */
const EMPTIED = 0.7

/** The refill of a cache after its newest restart or flush: from when, and the most of its reads that missed within any stretch of so long. */
export type Refill = { at: number; is: 'restart' | 'flush'; most(ms: number): number }

/** The newest refill within the window, or null. What was fetched in it ends together one TTL later: an echo, which is never larger than the refill. */
export function refillOf(window: SeriesWindow, subject: Labels): Refill | null {
  const row = rowOf(window, ECHO_METRICS, subject)
  if (!row?.cache_misses_total) return null
  const { cache_misses_total: misses, cache_uptime_seconds: uptime, cache_items: items } = row
  const restarted = (uptime && restartedAt(uptime)) ?? 0
  const gone = [row.cache_expirations_total, row.cache_evictions_total].filter((series) => series !== undefined)
  const flushed = (items && flushedAt(items, gone, EMPTIED)) ?? 0
  const at = Math.max(restarted, flushed)
  if (at === 0) return null
  const grown = steps({ misses }, misses.stepMs)
  const first = grown.at.findIndex((ms) => ms >= at)
  const end = grown.at.findIndex((ms) => ms > at + REFILL_MS)
  const ends = first < 0 ? [] : grown.at.slice(first, end < 0 ? undefined : end)
  const missed = grown.misses.slice(first, first + ends.length)
  return { at, is: restarted >= flushed ? 'restart' : 'flush', most: (ms) => mostWithin(ends, missed, ms).count }
}

/** The most of what was counted in steps within any stretch of so long, and the end of that stretch. */
export function mostWithin(ends: Numbers, counts: Numbers, ms: number): { count: number; at: number } {
  const total = sums(counts)
  const most = { count: 0, at: ends[0] ?? 0 }
  let from = 0
  for (let i = 0; i < ends.length; i++) {
    while (ends[i]! - ends[from]! >= ms) from++
    const count = total[i + 1]! - total[from]!
    if (count > most.count) Object.assign(most, { count, at: ends[i]! })
  }
  return most
}

/** A key may end some seconds before it is read again. */
const UNREAD_MS = 15_000
/** What ended before that is what ends always. */
const USUAL_MS = 60_000
/** Several reads may miss before a key is there again. */
const MISSES_OF_A_KEY = 1.25

/** Whether reads that were lost since then are those of keys that ended: each of them is missed once, or little more. */
export function isOfEndedKeys(window: SeriesWindow, subject: Labels, since: number, lost: number): boolean {
  const series = rowOf(window, ['cache_expirations_total'], subject)?.cache_expirations_total
  if (!series) return false
  const { at, seconds, expired } = steps({ expired: series }, series.stepMs)
  const from = since - UNREAD_MS
  let [ended, span] = [0, 0]
  const before: number[] = []
  for (let i = 0; i < at.length; i++) {
    if (at[i]! > from) {
      ended += expired[i]!
      span += seconds[i]!
    } else if (at[i]! > from - USUAL_MS) before.push(expired[i]! / seconds[i]!)
  }
  return lost <= MISSES_OF_A_KEY * (ended - (median(before) ?? 0) * span)
}

/** Polls of the refill and of its echo begin at other moments. */
const SLACK_MS = 1_000

/**
 * The refill of which a fall is the echo: its reads are lost to keys that ended, and no more of them than missed in the refill itself within as
 * long a time. New keys, or more keys than those, are no echo.
 */
export function echoOf(
  window: SeriesWindow,
  subject: Labels,
  { at, hits, misses, seconds }: Steps<'hits' | 'misses'>,
  { before, since }: { before: number; since: number },
): Refill | null {
  const refill = refillOf(window, subject)
  if (!refill || since <= refill.at) return null
  let [missed, lost, span] = [0, 0, 0]
  for (let i = at.findIndex((ms) => ms >= since); i >= 0 && i < at.length; i++) {
    missed += misses[i]!
    lost += misses[i]! - (1 - before) * (hits[i]! + misses[i]!)
    span += seconds[i]!
  }
  return missed <= refill.most(1_000 * span + SLACK_MS) && isOfEndedKeys(window, subject, since, lost) ? refill : null
}
