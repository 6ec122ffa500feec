import { z } from 'zod'
import { durationMs } from '../model/durationInput.ts'
import { FALSE_ALARMS, falseAlarmsPerHour } from '../model/falseAlarms.ts'

/** A stretch of time: `10s`, `5m` or ms. Parsed to ms; `why` is the default's reason and stands in the configuration's schema. */
export const duration = (byDefault: string, why: string) =>
  z.union([z.number().nonnegative(), z.string()]).transform(durationMs()).prefault(byDefault).describe(why)

/** A number above zero with its default and the default's reason. */
export const threshold = (byDefault: number, why: string) => z.number().positive().default(byDefault).describe(why)

/** A share from 0 to 1. */
export const share = (byDefault: number, why: string) => z.number().min(0).max(1).default(byDefault).describe(why)

/** A rate of false alarms, parsed to those an hour: of all things together that the rule judges. */
export const falseAlarms = (why: string) =>
  z.union([z.number(), z.string()]).transform(falseAlarmsPerHour()).prefault(FALSE_ALARMS).meta({ 'x-rate': true, description: why })

/** How many times a rule looks, at so many things and at each new poll, until one false alarm may have been raised. */
export const looks = (stepMs: number, subjects: number, falseAlarmsPerHour: number): number =>
  ((3_600_000 / stepMs) * Math.max(1, subjects)) / falseAlarmsPerHour

/** What every rule has: how long it must hold before it fires, and stay clear before it resolves. */
export const patience = (holds: string, clear: string) => ({
  for: duration(holds, 'How long it must hold before it fires'),
  resolveAfter: duration(clear, 'How long it must stay clear before it resolves'),
})
