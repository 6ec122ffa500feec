import { z } from 'zod'
import { iso, noun } from './shape.ts'

const REMEDIES = ['local-cache', 'split', 'replica-reads', 'own-node'] as const
const code = z.object({ remedy: z.enum(REMEDIES), language: z.enum(['JavaScript', 'Python', 'Go']), text: z.string() })
export type RemedyCode = z.infer<typeof code>

export const remediesAnswer = noun('HotKeyRemedies', 'What takes the load of a hot key off its node', {
  target: z.string(),
  key: z.string(),
  perSecond: z.number().nullable().meta({ description: 'null: not known' }),
  remedies: z.array(
    z.object({
      id: z.enum(REMEDIES),
      title: z.string(),
      off: z
        .object({ low: z.number(), high: z.number() })
        .nullable()
        .meta({ description: 'Accesses a second that no longer reach the node; null: no number, `because` says why' }),
      because: z.string(),
      local: z.object({ keys: z.number(), ttlMs: z.number() }).optional().meta({
        description: 'The cache inside the application that it is, as `local` of `POST curves`: what it would answer of all reads',
      }),
    }),
  ),
  code: z.array(code).optional().meta({ description: 'Suggestions, where one key is asked for' }),
})
export type RemediesView = z.infer<typeof remediesAnswer>

const stated = z.object({ share: z.number(), low: z.number(), high: z.number(), perSecond: z.number().nullable() })

export const samplingAnswer = noun('KeySampling', 'A sampling of keys or patterns that was kept', {
  target: z.string(),
  what: z.enum(['hot', 'patterns']),
  id: z.string(),
  at: iso,
  method: z.string().meta({ description: 'How it was counted' }),
  names: z.number(),
})
export type SamplingView = z.infer<typeof samplingAnswer>

export const keyDifferenceAnswer = noun('KeyDifference', 'A key or pattern in two samplings', {
  target: z.string(),
  name: z.string(),
  before: stated.nullable(),
  after: stated.nullable(),
  beforeAt: iso,
  afterAt: iso,
  change: z
    .enum(['appeared', 'gone', 'more', 'less', 'same'])
    .meta({ description: 'more, less: the intervals lie apart; same: the difference may be chance' }),
})
export type KeyDifferenceView = z.infer<typeof keyDifferenceAnswer>
