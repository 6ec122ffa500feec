import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'

/** A stretch of time as people write it, in ms. */
export const duration = (minMs = 0, maxMs = 400 * 86_400_000) =>
  z
    .union([z.string(), z.number()], { error: 'a duration such as 500ms, 10s, 5m, 4h' })
    .transform((value, context) => {
      const ms = parseDuration(String(value))
      if (ms === null) context.addIssue({ code: 'custom', message: 'a duration such as 500ms, 10s, 5m, 4h' })
      else if (ms < minMs || ms > maxMs) context.addIssue({ code: 'custom', message: `a duration from ${minMs} ms to ${maxMs} ms` })
      return ms ?? 0
    })
    .meta({ description: 'A duration: 500ms, 10s, 5m, 4h', 'x-range-ms': [minMs, maxMs] })
