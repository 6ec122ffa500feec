import { z } from 'zod'
import { evidenceFor } from '../math/sequential.ts'
import { durationMs } from '../model/durationInput.ts'
import { FALSE_ALARMS_OF_A_RULE, falseAlarmsPerHour } from '../model/falseAlarms.ts'
import { withMeta } from '../model/withMeta.ts'

// The kinds of settings, which hundreds of them share: a schema is a kilobyte, and each step of a chain makes one.
const time = z.union([z.number().nonnegative(), z.string()]).transform(durationMs())
const aboveZero = z.number().positive()
const part = z.number().min(0).max(1)
const perHour = z.union([z.number(), z.string()]).transform(falseAlarmsPerHour())

/** A stretch of time: `10s`, `5m` or ms. Parsed to ms; `why` is the default's reason and stands in the configuration's schema. */
export const duration = (byDefault: string, why: string) => withMeta(time.prefault(byDefault), { description: why })

/** A number above zero with its default and the default's reason. */
export const threshold = (byDefault: number, why: string) => withMeta(aboveZero.default(byDefault), { description: why })

/** A share from 0 to 1. */
export const share = (byDefault: number, why: string) => withMeta(part.default(byDefault), { description: why })

const rate = (description: string) => withMeta(perHour.prefault(FALSE_ALARMS_OF_A_RULE), { 'x-rate': true, description })

/** A rate of false alarms, parsed to those an hour: of all things together that the rule judges, in the middle of a sentence. */
export const falseAlarms = (things: string) =>
  rate(
    `Most false alarms in a time, of all ${things} together, by a sequential test that may look at every poll. Fewer need more evidence: what is small is found later, and the more ${things} there are, the more evidence each needs`,
  )

/** The rate of notes that are wrong, likewise. Notes are no alarms, and have no part in what a fleet may raise of those. */
export const wrongNotes = (things: string) =>
  rate(
    `Most notes in a time that are wrong, of all ${things} together, by a sequential test that may look at every poll. Fewer need more evidence`,
  )

/** How many times a rule looks, at so many things and at each new poll, until one false alarm may have been raised. */
export const looks = (stepMs: number, subjects: number, falseAlarmsPerHour: number): number =>
  ((3_600_000 / stepMs) * Math.max(1, subjects)) / falseAlarmsPerHour

/** The evidence that each of so many things needs when it is judged at every poll, for a rate of false alarms of all of them. */
export const evidenceOfEach = (stepMs: number, subjects: number, falseAlarmsPerHour: number): number =>
  evidenceFor(looks(stepMs, subjects, falseAlarmsPerHour))

/** What every rule has: how long it must hold before it fires, and stay clear before it resolves. */
export const patience = (holds: string, clear: string) => ({
  for: duration(holds, 'How long it must hold before it fires'),
  resolveAfter: duration(clear, 'How long it must stay clear before it resolves'),
})
