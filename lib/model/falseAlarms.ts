import type { z } from 'zod'

const RATE = /^(\d+(?:\.\d+)?)\s*\/\s*(h|d|w)$/
const HOURS = { h: 1, d: 24, w: 168 }
const WORDS = 'a rate such as 0.1/h, 1/d or 1/w, above 0 and at most 60/h'
const MOST_PER_HOUR = 60

/** What false alarms a fleet is worth unless told otherwise: one in ten hours. */
export const FALSE_ALARMS = '0.1/h'
/** The part of each rule that holds a rate: there are ten of them. */
export const FALSE_ALARMS_OF_A_RULE = '0.01/h'

/** A zod transform of a rate of false alarms as people write it to those an hour; a bare number counts those an hour. */
export const falseAlarmsPerHour =
  () =>
  (value: string | number, context: z.RefinementCtx): number => {
    const [, count, unit] = RATE.exec(typeof value === 'number' ? `${value}/h` : value.trim()) ?? []
    const perHour = Number(count) / HOURS[(unit ?? 'h') as keyof typeof HOURS]
    if (!(perHour > 0 && perHour <= MOST_PER_HOUR)) context.addIssue({ code: 'custom', message: WORDS })
    return perHour
  }
