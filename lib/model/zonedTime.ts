/** A date of the calendar: years as they are written, months from 1. */
export type CalendarDate = { year: number; month: number; day: number }

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Whether it names a time zone of the IANA database: `Europe/Zurich`, `UTC`. */
export function isZone(name: string): boolean {
  try {
    return formatOf(name) !== null
  } catch {
    return false
  }
}

/** The date on the wall calendar of a zone at an instant (epoch ms). */
export function dateIn(zone: string, at: number): CalendarDate {
  const wall = new Date(wallClock(zone, at))
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() }
}

/** The date so many days later. */
export function plusDays({ year, month, day }: CalendarDate, days: number): CalendarDate {
  const date = new Date(Date.UTC(year, month - 1, day + days))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** 0 for Sunday, as `Date` counts. */
export const weekdayOf = ({ year, month, day }: CalendarDate): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay()

/**
 * The instant at which the wall clock of a zone shows a minute of a date. Where the clock is set back and shows it twice it is the first time; where
 * it is set forward and skips it, as long after midnight as if it had not been: the "compatible" reading of Temporal, which is iCalendar's too.
 */
export function instantIn(zone: string, { year, month, day }: CalendarDate, minute: number): number {
  const wall = Date.UTC(year, month - 1, day, 0, minute)
  const before = wall - offsetAt(zone, wall - DAY_MS)
  const after = wall - offsetAt(zone, wall + DAY_MS)
  const shown = [before, after].filter((at) => wallClock(zone, at) === wall)
  return shown.length > 0 ? Math.min(...shown) : before
}

/** What the wall clock of a zone shows, as if it were UTC. */
const wallClock = (zone: string, at: number): number => at + offsetAt(zone, at)

/** Clocks are set forward and back at quarters of an hour: within one an offset stays, and to ask for it takes long. */
const QUARTER_MS = 15 * 60_000
const OFFSETS_MAX = 2_000
const offsets = new Map<string, number>()

function offsetAt(zone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_MS) * QUARTER_MS
  const key = `${zone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(quarter)) parts[type] = Number(value)
  const { year, month, day, hour, minute, second } = parts
  const offset = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - quarter
  if (offsets.size >= OFFSETS_MAX) offsets.clear()
  offsets.set(key, offset)
  return offset
}

/** To make one takes longer than to use it a hundred times. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, made)
  return made
}
