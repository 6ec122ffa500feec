import { cut, increase } from '../math/rates.ts'
import { labelsKey, type Point } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { WARM } from '../predictions/warming.ts'

/** The hit ratio before is measured over this time, as the rules of restarts and cold starts do. */
const BEFORE_MS = 60_000
/** Since then: over the shortest of these that holds enough reads. */
export const OVER_MS = [3_000, 10_000] as const
const LOOKUPS_MIN = 40
/** A cache that holds this share of its keys was not emptied. */
const HELD = 0.7

/** The hit ratio, and look-ups a second, before a cache was emptied; and the keys that it held then. Null: not known. */
export type Before = { ratio: number; perSecond: number; items: number | null }

type Of = { window: SeriesWindow; target: string }

function pointsOf({ window, target }: Of, metric: string): readonly Point[] | null {
  const own = labelsKey({ target })
  return window.series(metric, { target }).find(({ labels }) => labelsKey(labels) === own)?.points ?? null
}

/** Hits and look-ups between two moments; null where they are not reported. */
export function lookupsOf(of: Of, from: number, to: number): { hits: number; lookups: number } | null {
  const [hits, misses] = [pointsOf(of, 'cache_hits_total'), pointsOf(of, 'cache_misses_total')]
  if (!hits || !misses) return null
  const found = increase(cut(hits, from, to))
  return { hits: found, lookups: found + increase(cut(misses, from, to)) }
}

/** What a cache was like before it was emptied. */
export function beforeOf(of: Of, emptiedAt: number): Before | null {
  const seen = lookupsOf(of, emptiedAt - BEFORE_MS, emptiedAt)
  if (!seen || seen.lookups < LOOKUPS_MIN) return null
  const since = Math.max(emptiedAt - BEFORE_MS, pointsOf(of, 'cache_hits_total')?.[0]?.[0] ?? 0)
  const seconds = Math.max(1, (emptiedAt - since) / 1_000)
  return { ratio: seen.hits / seen.lookups, perSecond: seen.lookups / seconds, items: itemsBefore(of, emptiedAt) }
}

function itemsBefore(of: Of, emptiedAt: number): number | null {
  const points = pointsOf(of, 'cache_items')?.filter(([ms]) => ms >= emptiedAt - BEFORE_MS && ms <= emptiedAt) ?? []
  return points.length === 0 ? null : points.reduce((most, [, value]) => Math.max(most, value), 0)
}

/** Whether the hit ratio is back; null: there are too few reads to tell. */
export function isWarm(of: Of, emptiedAt: number, ratioBefore: number): boolean | null {
  for (const over of OVER_MS) {
    const seen = lookupsOf(of, Math.max(emptiedAt + 1, of.window.to - over), of.window.to)
    if (seen && seen.lookups >= LOOKUPS_MIN) return seen.hits / seen.lookups >= WARM * ratioBefore
  }
  return null
}

/** Whether it came back with its keys: from its disk, or from a replica. Null: not known yet. */
export function heldItsKeys(of: Of, emptiedAt: number): boolean | null {
  const before = itemsBefore(of, emptiedAt)
  const now = pointsOf(of, 'cache_items')?.at(-1)
  if (before === null || !now || now[0] < emptiedAt) return null
  return now[1] >= HELD * before
}
