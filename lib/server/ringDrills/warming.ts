import { text } from '../../format/format.ts'
import { measure } from '../../metrics/measure.ts'
import type { Labels } from '../../model/series.ts'
import type { Measurement, SeriesWindow } from '../../model/window.ts'

/** History that a trend is read from: a minute beside the minute before it, or what there is of it in two halves. */
const TREND_MS = 120_000
/** Misses that fall faster than this a minute move further within a drill than what it is to show. */
const FALL_MOST = 0.1

/** A trend of misses that fall: by which part a minute. */
export type Warming = { perMinute: number }

/** By how much misses fall a minute, where that is more than their noise; null where they do not, `unknown` where too little was seen. */
export function warmingOf(metric: string, where: Labels, window: SeriesWindow): Warming | null | 'unknown' {
  for (const halfMs of [TREND_MS / 2, TREND_MS / 4]) {
    const middle = window.to - halfMs
    const earlier = measure(metric, where, window.between(middle - halfMs, middle))
    const later = measure(metric, where, window.between(middle, window.to))
    if (earlier.is !== 'measured' || later.is !== 'measured') continue
    if (earlier.value <= 0 || earlier.value - later.value <= Math.hypot(halfWidth(earlier), halfWidth(later))) return null
    return { perMinute: 1 - Math.max(0, later.value / earlier.value) ** (60_000 / halfMs) }
  }
  return 'unknown'
}

const halfWidth = ({ low, high }: Extract<Measurement, { is: 'measured' }>) => (high - low) / 2

/** What is left of misses after some time of such a trend: 1 without one. */
export const leftAfter = (warming: Warming | null | 'unknown', ms: number): number =>
  warming === null || warming === 'unknown' ? 1 : (1 - warming.perMinute) ** (ms / 60_000)

/** Why a drill waits: what would be measured is mostly the warming itself. Null where it need not. */
export function waitText(warming: Warming | null | 'unknown'): string | null {
  if (warming === 'unknown') return 'Seen for too short a time to tell whether its caches are warm. Begin after a minute of traffic.'
  if (warming === null || warming.perMinute <= FALL_MOST) return null
  return `Still warming: misses fall by ${text(warming.perMinute, 'ratio')} a minute. Begin when they are steady, or the drill is held against what passes by itself.`
}
