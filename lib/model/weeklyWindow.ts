import { dateIn, instantIn, plusDays, weekdayOf } from './zonedTime.ts'

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'

/**
 * A weekly window by the wall clock of a zone. `from` and `to` are minutes of the day; a `to` that is not after `from` lies on the next day, and
 * the window belongs to the day on which it begins.
 */
export type WeeklyWindow = {
  days: readonly Weekday[]
  from: number
  to: number
  /** An IANA name: `Europe/Zurich`. */
  zone: string
}

const WEEKDAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const WEEK_DAYS = 7

/** When the window that is open at an instant ends, or null: that of the day, or one that began the day before. */
export function endOf(window: WeeklyWindow, at: number): number | null {
  const today = dateIn(window.zone, at)
  for (const day of [today, plusDays(today, -1)]) {
    const on = onDay(window, day)
    if (on && on.start <= at && at < on.end) return on.end
  }
  return null
}

/** When the window opens next after an instant. */
export function nextStartOf(window: WeeklyWindow, at: number): number {
  const today = dateIn(window.zone, at)
  for (let days = 0; days <= WEEK_DAYS; days++) {
    const on = onDay(window, plusDays(today, days))
    if (on && on.start > at) return on.start
  }
  throw new Error('a window has at least one day')
}

function onDay({ days, from, to, zone }: WeeklyWindow, day: ReturnType<typeof dateIn>): { start: number; end: number } | null {
  if (!days.includes(WEEKDAYS[weekdayOf(day)]!)) return null
  const start = instantIn(zone, day, from)
  return { start, end: to > from ? instantIn(zone, day, to) : instantIn(zone, plusDays(day, 1), to) }
}
