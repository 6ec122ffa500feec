import { valueAt } from '../math/columns.ts'
import { grown, isGap, spanWithin } from '../math/rates.ts'
import { columnsOf, type Series } from '../model/series.ts'

/** A server's own clock may lag while it is busy, and it counts whole seconds. */
const CLOCK_SECONDS = 5

/**
 * Epoch ms of the newest restart, by the uptime: it fell, or grew by less than the time that passed. Null: none. A process that started between
 * two readings is no older than the time between them: an older one whose uptime lags was read by a clock that was set ahead meanwhile.
 */
export function restartedAt(series: Series): number | null {
  // An early exit that most ticks take: it never fell, and was older at first than any two readings are apart.
  const youngest = series.leastOfRising?.()
  if (youngest !== undefined && youngest > spanWithin(series) / 1000 + CLOCK_SECONDS) return null
  const { at, value } = columnsOf(series)
  for (let i = at.length - 1; i > 0; i--) {
    const from = at[i - 1]!
    const to = at[i]!
    const before = value[i - 1]!
    const after = value[i]!
    const passed = (to - from) / 1000
    const isBehind = after - before < 0.95 * passed - CLOCK_SECONDS
    if (after < before || (isBehind && after <= passed + CLOCK_SECONDS)) return Math.max(from, to - after * 1000)
  }
  return null
}

/** A cache with fewer keys is not judged: losing most of so few is ordinary. */
const ITEMS_MIN = 100

/**
 * Epoch ms of the newest reading before which at least this share of the keys went away from one reading to the next, other than by their
 * TTL or by eviction: a flush, or a deletion by the thousand. Null: none.
 * @param gone counters of keys that ended in the usual ways, read at the same moments
 */
export function flushedAt(items: Series, gone: readonly Series[], share: number): number | null {
  const { at, value } = columnsOf(items)
  let ended: ReturnType<typeof valueAt>[] | undefined
  for (let i = at.length - 1; i > 0; i--) {
    const before = value[i - 1]!
    const after = value[i]!
    if (before - after < share * before || before < ITEMS_MIN) continue
    const from = at[i - 1]!
    const to = at[i]!
    if (isGap(from, to, items.stepMs)) continue
    ended ??= gone.map(valueAt)
    const usual = ended.reduce((sum, counts) => sum + grown(counts(from) ?? 0, counts(to) ?? 0), 0)
    if (before - after - usual >= share * before) return from
  }
  return null
}
