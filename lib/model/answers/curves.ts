import { z } from 'zod'
import { noun } from './shape.ts'

const age = z
  .object({ mean: z.number(), p95: z.number() })
  .nullable()
  .meta({ description: 'How long ago, in ms, what is read from the cache was stored: how stale it may be' })

const part = z.object({
  match: z.string(),
  hitRatio: z
    .object({ value: z.number().min(0).max(1), low: z.number().min(0).max(1), high: z.number().min(0).max(1) })
    .nullable()
    .meta({ description: 'Of its gets, with a band as the whole has; null: too few of them are known' }),
  fills: z.number().nullable().meta({ description: 'Its gets that miss' }),
  readsShare: z.number().min(0).max(1).meta({ description: 'Its share of all gets' }),
  age,
  held: z.object({ keys: z.number(), bytes: z.number().nullable() }).meta({ description: 'What it holds on average' }),
})

const point = z.object({
  keys: z.number(),
  bytes: z.number().nullable().meta({ description: 'maxmemory; null: the source does not tell sizes or the text of its keys' }),
  hitRatio: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1).meta({ description: '`low` to `high` holds what a real server would show, in 95 of 100 cases' }),
  fills: z.number().meta({ description: 'Gets that miss: reads of the origin' }),
  age,
  settlesMs: z.number().nullable().optional().meta({
    description:
      'Of a target, asked for another policy or other samples: how long after the change the ratio is what it stays, because LFU has to learn; null: it still moved at the end of the references',
  }),
  held: z
    .object({ keys: z.number(), bytes: z.number().nullable() })
    .meta({ description: 'What was really in use at the most: with a TTL it may be less than there is' }),
  parts: z.array(part).optional().meta({ description: 'Each of the parts that were asked for, in their order' }),
})

export const curvesAnswer = noun('Curves', 'What a cache would hit in other sizes, with another policy or TTL', {
  points: z.array(point).meta({ description: 'In the order asked' }),
  present: z
    .object({
      keys: z.number(),
      bytes: z.number().nullable(),
      model: z.number(),
      measured: z.number(),
      parts: z.array(part).optional().meta({ description: 'What the model says of each part as it is' }),
    })
    .optional()
    .meta({ description: 'Of a target: what the model says of the cache as it is, beside what was measured in the same time' }),
  requests: z.number().meta({ description: 'Gets that the ratios are of' }),
  spanMs: z.number().meta({ description: 'The time in which they came' }),
  localHitRatio: z
    .number()
    .nullable()
    .meta({ description: 'The share of the gets that a cache inside the application answers; null without one' }),
  patterns: z
    .array(z.object({ pattern: z.string(), readsShare: z.number() }))
    .meta({ description: 'The patterns of keys that are read most, of which `parts` may ask; empty: the source tells none' }),
  sampledKeys: z.number(),
  samplingRate: z.number(),
  method: z.string(),
  basis: z.string(),
})
export type CurvesView = z.infer<typeof curvesAnswer>
