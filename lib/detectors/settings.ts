import { z } from 'zod'
import { durationMs } from '../model/durationInput.ts'

/** A stretch of time: `10s`, `5m` or ms. Parsed to ms; `why` is the default's reason and stands in the configuration's schema. */
export const duration = (byDefault: string, why: string) =>
  z.union([z.number().nonnegative(), z.string()]).transform(durationMs()).prefault(byDefault).describe(why)

/** A number above zero with its default and the default's reason. */
export const threshold = (byDefault: number, why: string) => z.number().positive().default(byDefault).describe(why)

/** A share from 0 to 1. */
export const share = (byDefault: number, why: string) => z.number().min(0).max(1).default(byDefault).describe(why)

/** What every rule has: how long it must hold before it fires, and stay clear before it resolves. */
export const patience = (holds: string, clear: string) => ({
  for: duration(holds, 'How long it must hold before it fires'),
  resolveAfter: duration(clear, 'How long it must stay clear before it resolves'),
})
