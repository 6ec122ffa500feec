import type { QuietHours, Weekday } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'
import { dateIn, instantIn, plusDays, weekdayOf } from '../../model/zonedTime.ts'

const WEEKDAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
/** Windows that follow one another without a gap are a week long at most; beyond that "until" says nothing more. */
const FOLLOWED_MAX = 14

/** Until when (epoch ms) a finding with these labels waits for the end of quiet hours; null where it does not. */
export type QuietUntil = (labels: Labels) => number | null

/** Quiet hours at one moment: the zones are asked once for all findings. */
export function quietUntil(quiet: readonly QuietHours[], at: number): QuietUntil {
  const active = quiet.flatMap((hours) => (endOf(hours, at) === null ? [] : hours))
  return (labels) => {
    const quieting = (hours: QuietHours) => hours.but === null || !labelsMatch(labels, hours.but)
    if (!active.some(quieting)) return null
    // The end of one may be the beginning of the next.
    const held = quiet.filter(quieting)
    let until = at
    for (let followed = 0; followed < FOLLOWED_MAX; followed++) {
      const ends = held.flatMap((hours) => endOf(hours, until) ?? [])
      if (ends.length === 0) break
      until = Math.max(...ends)
    }
    return until
  }
}

/** When the window that is open at an instant ends, or null: that of the day, or one that began the day before. */
function endOf({ days, from, to, zone }: QuietHours, at: number): number | null {
  const today = dateIn(zone, at)
  for (const day of [today, plusDays(today, -1)]) {
    if (!days.includes(WEEKDAYS[weekdayOf(day)]!)) continue
    const start = instantIn(zone, day, from)
    const end = to > from ? instantIn(zone, day, to) : instantIn(zone, plusDays(day, 1), to)
    if (start <= at && at < end) return end
  }
  return null
}
