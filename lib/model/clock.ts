/** A clock that was set: `at` is epoch ms by the clock as it is now, `byMs` how far it went ahead, negative: back. */
export type ClockStep = { at: number; byMs: number }

/** A date as it stands after a step: one that a clock set back has put into the future is moved with the clock, a past one stays a date. */
export const movedDate = (date: number, { at, byMs }: ClockStep): number => (date > at ? date + byMs : date)
