import { text } from '../format/format.ts'
import type { Unit } from '../model/finding.ts'
import type { SeriesWindow } from '../model/window.ts'

const DAY = 86_400_000
const DAYS: readonly (readonly [offsetMs: number, words: string])[] = [
  [DAY, 'yesterday'],
  [2 * DAY, 'the day before'],
  [7 * DAY, 'last week'],
  [14 * DAY, 'the week before'],
]
/** For `needs.offsetsMs` of a rule that knows seasons. */
export const SEASON_OFFSETS: readonly number[] = DAYS.map(([offsetMs]) => offsetMs)

/** What happens at the same hour need not happen at the same minute. */
const AROUND_MS = 600_000
/** A tenth of that time must have been like it: a single minute is none. */
const PART = 0.1

/** The seasonal baseline: what is normal at this hour, and what was seen on each of the days that are known. */
export type Season = { normal: number; days: { words: string; value: number }[] }

/**
 * The seasonal baseline of a value, from the same hour of other days. `valuesOf` tells it minute by minute of a stretch of the past; a day of
 * which nothing is known is left out. Normal is what two of the days reached: what happened once is a deploy or an incident, and no habit.
 */
export function seasonOf(window: SeriesWindow, side: 'lowest' | 'highest', valuesOf: (then: SeriesWindow) => number[]): Season | null {
  const order = side === 'lowest' ? 1 : -1
  const days = DAYS.flatMap(([offsetMs, words]) => {
    const then = window.ago(offsetMs)
    const values = valuesOf(then.between(then.to - AROUND_MS, then.to + AROUND_MS)).sort((a, b) => order * (a - b))
    return values.length > 0 ? [{ words, value: values[Math.floor(PART * values.length)]! }] : []
  })
  const [, second] = days.map(({ value }) => value).sort((a, b) => order * (a - b))
  return second === undefined ? null : { normal: second, days }
}

/** A season that is asked for at most once, where something is about to be found. */
export function lazySeason(...asked: Parameters<typeof seasonOf>): () => Season | null {
  let season: Season | null | undefined
  return () => {
    if (season === undefined) season = seasonOf(...asked)
    return season
  }
}

/** For the method of an evidence: `; normal for this hour: 91.2 % (yesterday 91.0 %, last week 91.4 %)`. */
export function seasonText(season: Season | null, unit: Unit): string {
  if (!season) return ''
  return `; normal for this hour: ${text(season.normal, unit)} (${season.days.map(({ words, value }) => `${words} ${text(value, unit)}`).join(', ')})`
}
