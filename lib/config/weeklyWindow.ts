import { z } from 'zod'
import type { Weekday } from '../model/weeklyWindow.ts'
import { isZone } from '../model/zonedTime.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[]

const TIME_OF_DAY = 'a time of the day from "00:00" to "24:00", in quotes'
/** A time of the day by the wall clock, in minutes. */
const minuteOfDay = z.string({ error: TIME_OF_DAY }).transform((text, context) => {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? []
  const minutes = Number(hour) * 60 + Number(minute)
  if (!(Number(minute) < 60 && minutes <= 24 * 60)) context.addIssue({ code: 'custom', message: TIME_OF_DAY })
  return minutes
})

/** Weekly windows by the wall clock: quiet hours of a route, change windows. */
export const weeklyWindow = z.strictObject({
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .default([...WEEKDAYS])
    .describe('Days on which the window begins, in its zone'),
  from: minuteOfDay.prefault('00:00').meta({ description: 'When it begins, by the wall clock' }),
  to: minuteOfDay.prefault('24:00').meta({ description: 'When it ends; a time that is not after `from` is on the next day' }),
  zone: z
    .string()
    .refine(isZone, { error: 'an IANA time zone, such as Europe/Zurich or UTC' })
    .default('UTC')
    .describe('The time zone of `days`, `from` and `to`, daylight saving included'),
})
