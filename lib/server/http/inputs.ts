import { z } from 'zod'
import { DRILL_MS } from '../../model/drill.ts'
import { durationMs } from '../../model/durationInput.ts'
import { PAGE_LIMIT_MAX } from './paging.ts'

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/
/** The end of the year 9999. */
const MS_MAX = 253_402_300_799_999

/** A time as ISO 8601 or epoch ms, as epoch ms. Other texts that `Date` would guess at are refused. */
export const time = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const ms = typeof value === 'number' || /^\d{1,15}$/.test(value) ? Number(value) : ISO.test(value) ? Date.parse(value) : Number.NaN
    if (!Number.isFinite(ms) || ms < 0 || ms > MS_MAX)
      context.addIssue({ code: 'custom', message: 'expected a time: ISO 8601 or epoch ms' })
    return ms
  })
  .meta({ description: 'ISO 8601, or epoch milliseconds', example: '2026-01-31T12:00:00Z' })

export const step = z
  .string()
  .transform(durationMs({ minMs: 1, words: 'expected a duration: 10s, 1m, or ms' }))
  .meta({ description: 'A duration (10s, 1m) or milliseconds', example: '10s' })

/** How long a drill takes something away. */
export const drillLasts = z
  .string()
  .transform(durationMs({ minMs: DRILL_MS.least, maxMs: DRILL_MS.most, words: 'expected a duration from 20s to 15m' }))
  .default(60_000)
  .meta({ description: 'How long it is away: 20s to 15m. Default 60s', example: '60s' })

export const paging = {
  cursor: z.string().optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAGE_LIMIT_MAX)
    .optional()
    .meta({ description: `At most ${PAGE_LIMIT_MAX}; default 100` }),
}

/** A text that a person wrote, such as a reason: bounded, without control characters. */
export const words = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^\P{Cc}*$/u, { error: 'expected text without control characters' })

/** What somebody writes about a thing. */
export const comment = z.strictObject({ text: words(2_000).min(1) })

/** `1`, `true` and an empty value mean yes. */
export const flag = z.enum(['0', '1', 'true', 'false', '']).transform((value) => value !== '0' && value !== 'false')

export const id = z.object({ id: z.string() })
export const name = z.object({ name: z.string() })

/** A setting as its text at the wire. */
export const setting = z.strictObject({ target: z.string().min(1).max(300), name: z.string().min(1).max(1000) })
