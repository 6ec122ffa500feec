import type { z } from 'zod'
import { parseDuration } from './duration.ts'

export const DURATION_WORDS = 'a duration such as 500ms, 10s, 5m, 4h'

type Limits = { minMs?: number; maxMs?: number; words?: string; outside?: string }

/**
 * A zod transform of a duration as people write it to ms: the one reading of durations in the configuration, in settings and in the API.
 * `words` say what is allowed, `outside` what is of a duration beyond the limits.
 */
export const durationMs =
  ({ minMs = 0, maxMs = Number.POSITIVE_INFINITY, words = DURATION_WORDS, outside = words }: Limits = {}) =>
  (value: string | number, context: z.RefinementCtx): number => {
    const ms = parseDuration(String(value))
    if (ms === null) context.addIssue({ code: 'custom', message: words })
    else if (ms < minMs || ms > maxMs) context.addIssue({ code: 'custom', message: outside })
    return ms ?? 0
  }
