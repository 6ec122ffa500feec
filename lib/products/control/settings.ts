import { z } from 'zod'
import { durationText } from '../../model/duration.ts'
import { durationMs } from '../../model/durationInput.ts'
import type { SettingKind } from '../../model/product.ts'

const POINTS_MAX = 100_000
const TTL_MAX_MS = 10 * 365 * 86_400_000

const points = z
  .string()
  .regex(/^\d{1,6}$/, `a whole number from 0 to ${POINTS_MAX}`)
  .refine((text) => Number(text) <= POINTS_MAX, `a whole number from 0 to ${POINTS_MAX}`)
  .transform((text) => String(Number(text)))

const ttl = z
  .string()
  .transform(durationMs({ minMs: 1, maxMs: TTL_MAX_MS, words: 'a duration from 1ms to ten years, like 90s, 10m or 60000ms' }))
  .transform((ms) => durationText(Math.round(ms)))

const jitter = z
  .string()
  .regex(/^(0?\.\d{1,6}|[01](\.\d{1,6})?)$/, 'a decimal from 0 to 1')
  .refine((text) => Number(text) <= 1, 'a decimal from 0 to 1')
  .transform((text) => String(Number(text)))

const persistence = 'until the document is written again'

export const controlSettings: SettingKind[] = [
  {
    pattern: /^[^/]+\/.+\/points$/,
    value: points,
    reversal: 'lossy',
    lost: 'Keys that moved are read from the origin again, and moving them back can serve values that were written before.',
    persistence,
  },
  {
    pattern: /^[^/]+\/ttl$/,
    value: ttl,
    reversal: 'lossy',
    lost: 'Keys keep the lifetime that they were written with until they are written again.',
    persistence,
  },
  {
    pattern: /^[^/]+\/jitter$/,
    value: jitter,
    reversal: 'lossy',
    lost: 'Keys keep the lifetime that they were written with until they are written again.',
    persistence,
  },
]
