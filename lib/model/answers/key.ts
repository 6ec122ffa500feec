import { z } from 'zod'
import { iso, noun } from './shape.ts'

const key = { key: z.string(), target: z.string(), at: iso }

const CONFIDENCE = ['high', 'medium', 'low'] as const

export const hotKeyAnswer = noun('HotKey', "A key's part of its target's reads", {
  ...key,
  share: z.number(),
  low: z.number(),
  high: z.number(),
  perSecond: z.number().nullable().meta({ description: 'null: not known, as CPU time (measure) does not tell how many commands took it' }),
  method: z.enum(['monitor', 'watch', 'hotkeys', 'lfu', 'slot-stats', 'access-log']),
  lines: z.number().meta({ description: 'Reads that were counted' }),
  measure: z.enum(['reads', 'accesses', 'cpu-time']).meta({
    description: 'What the share is of: reads, reads and writes (HOTKEYS of Valkey), or CPU time of commands (HOTKEYS of Redis)',
  }),
  heardMs: z.number().nullable().meta({ description: 'How long was listened or counted for it, in all; null: not told' }),
  confidence: z.enum(CONFIDENCE).meta({
    description:
      'high: the interval is within a quarter of the share; medium: within the half; low: wider, or only the class of the key is known',
  }),
  bytesPerSecond: z.number().optional().meta({ description: 'Bytes in and out for this key, where the server counts them' }),
  clients: z.array(z.object({ address: z.string(), share: z.number() })).optional(),
  hot: z.boolean().meta({ description: 'Whether the rule cache/hot-key finds it now' }),
})
export type HotKeyView = z.infer<typeof hotKeyAnswer>

export const bigKeyAnswer = noun('BigKey', 'A large key', { ...key, type: z.string(), bytes: z.number() })
export type BigKeyView = z.infer<typeof bigKeyAnswer>

const estimate = { value: z.number(), low: z.number(), high: z.number() }

const patternHitRatio = z
  .object({ ...estimate, readsShare: z.number(), readsPerSecond: z.number() })
  .meta({ description: 'Hit ratio of the gets of the pattern, and its part of all gets' })
export type PatternHitRatio = z.infer<typeof patternHitRatio>

export const keyPatternAnswer = noun('KeyPattern', 'Keys that share a prefix', {
  target: z.string(),
  pattern: z.string(),
  share: z.number(),
  low: z.number(),
  high: z.number(),
  bytesMean: z.number().nullable().meta({ description: 'null: no key of it has been measured yet' }),
  ttlMsMedian: z.number().nullable(),
  sample: z
    .object({ keys: z.number(), of: z.number(), sizes: z.number(), idles: z.number() })
    .nullable()
    .meta({ description: 'Keys of the pattern among the newest that were sampled, and how many were measured' }),
  count: z.object(estimate).nullable().meta({ description: 'Keys of the pattern on the target, with the 95 % interval' }),
  bytes: z
    .object(estimate)
    .nullable()
    .meta({ description: 'Bytes of all of them, with the 95 % interval; null with fewer than two sizes' }),
  ttl: z
    .array(z.object({ belowMs: z.number().nullable(), share: z.number() }))
    .nullable()
    .meta({
      description:
        'Shares of the sampled keys by the time they have left; `belowMs` null: longer than the last bound. What is missing to 1 never ends',
    }),
  types: z.array(z.object({ type: z.string(), share: z.number() })),
  idleSecondsMedian: z.number().nullable().meta({ description: 'null: not sampled yet, or the policy keeps none (LFU)' }),
  biggest: z.array(z.object({ key: z.string(), type: z.string(), bytes: z.number() })),
  hitRatio: patternHitRatio.nullable().meta({
    description:
      'Simulated from the references of the target; null: it has none that tell patterns, or the simulation is over 3 points off what is measured of all keys',
  }),
  at: iso,
})
export type KeyPatternView = z.infer<typeof keyPatternAnswer>
