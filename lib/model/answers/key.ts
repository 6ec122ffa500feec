import { z } from 'zod'
import { iso, noun } from './shape.ts'

const key = { key: z.string(), target: z.string(), at: iso }

const CONFIDENCE = ['high', 'medium', 'low'] as const

export const hotKeyAnswer = noun('HotKey', "A key's part of its target's reads", {
  ...key,
  share: z.number(),
  low: z.number(),
  high: z.number(),
  perSecond: z.number(),
  method: z.enum(['monitor', 'hotkeys', 'lfu', 'access-log']),
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

export const keyPatternAnswer = noun('KeyPattern', 'Keys that share a prefix', {
  target: z.string(),
  pattern: z.string(),
  share: z.number(),
  low: z.number(),
  high: z.number(),
  bytesMean: z.number(),
  ttlMsMedian: z.number().nullable(),
  at: iso,
})
export type KeyPatternView = z.infer<typeof keyPatternAnswer>
