import { z } from 'zod'
import { WARM_ENDS } from '../warming.ts'
import { iso, noun, open } from './shape.ts'

const interval = open({ value: z.number(), low: z.number(), high: z.number() })
const covers = interval.nullable().meta({
  description: 'What these keys hold of the reads, counted on reads after they were named; null: too few of those',
})

const expects = open({
  withHook: interval.extend({ widened: z.number().optional() }).meta({ description: 'Seconds until it is warm, with the hook' }),
  without: interval.meta({ description: 'Seconds until it is warm, if it filled by itself' }),
  hitsPerSecond: interval.meta({ description: 'Reads that would hit if it were warm' }),
  keys: z.number().meta({ description: 'Keys that it held before' }),
})

const measured = z.union([
  open({
    seconds: z.number().meta({ description: 'From the moment at which it was emptied until the hit ratio was back' }),
    inside: z.boolean().nullable().meta({ description: 'Whether it lies in the predicted band; null: the run was cut short' }),
    saved: interval.nullable().meta({ description: 'Misses of readers that the hook has spared until then, by the model' }),
  }),
  open({ because: z.string() }),
])

export const warmRunAnswer = noun('WarmingRun', 'One run of a hook that warms a cache', {
  id: z.string(),
  target: z.string(),
  by: z.string(),
  findings: z.array(z.string()),
  emptiedAt: iso.nullable(),
  at: iso,
  state: z.enum(['running', 'ended']),
  keys: z.number().meta({ description: 'Keys in all' }),
  namedAt: iso.meta({ description: 'When their names were kept' }),
  covers,
  perSecond: z.number().meta({ description: 'Keys a second at the most' }),
  batch: z.number(),
  next: z.number().meta({ description: 'Keys that were sent and taken, or refused for good' }),
  taken: z.number(),
  refused: z.number(),
  filled: z.number().nullable().meta({ description: 'Keys that the hook says it has filled; null: it does not say' }),
  calls: z.number(),
  failuresInRow: z.number(),
  newest: open({ at: iso, taken: z.boolean(), answer: z.string() }).optional(),
  held: z.string().optional().meta({ description: 'Why it waits' }),
  endedAt: iso.optional(),
  end: z.enum(WARM_ENDS).optional(),
  because: z.string().optional(),
  ratioBefore: z.number().nullable(),
  expects: expects.nullable(),
  unpredicted: z.string().optional(),
  measured: measured.optional(),
})
export type WarmRunView = z.infer<typeof warmRunAnswer>

export const warmingAnswer = noun('Warming', 'The hook that warms a cache after it was emptied, and its runs', {
  hook: z.enum(['http', 'command']).nullable().meta({ description: 'null: the configuration names none' }),
  keys: z.number().nullable().meta({ description: 'How many keys are replayed at the most' }),
  perSecond: z.number().nullable(),
  names: open({ at: iso, keys: z.number(), covers })
    .nullable()
    .meta({ description: 'The names of hot keys that are remembered; null: none are' }),
  refusal: z.string().nullable().meta({ description: 'Why no run may begin now; null: one may' }),
  runs: z.array(warmRunAnswer).meta({ description: 'Newest first, 20 at the most' }),
})
export type WarmingView = z.infer<typeof warmingAnswer>
