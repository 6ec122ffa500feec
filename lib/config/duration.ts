import { z } from 'zod'
import { DURATION_WORDS, durationMs } from '../model/durationInput.ts'

/** A stretch of time as people write it, in ms. */
export const duration = (minMs = 0, maxMs = 400 * 86_400_000) =>
  z
    .union([z.string(), z.number()], { error: DURATION_WORDS })
    .transform(durationMs({ minMs, maxMs, outside: `a duration from ${minMs} ms to ${maxMs} ms` }))
    .meta({ description: 'A duration: 500ms, 10s, 5m, 4h', 'x-range-ms': [minMs, maxMs] })
