import { z } from 'zod'
import { noun } from './shape.ts'

const point = z.object({
  keys: z.number(),
  bytes: z.number().nullable().meta({ description: 'maxmemory; null: the source does not tell sizes or the text of its keys' }),
  hitRatio: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1).meta({ description: '`low` to `high` holds what a real server would show, in 95 of 100 cases' }),
  fills: z.number().meta({ description: 'Gets that miss: reads of the origin' }),
  age: z
    .object({ mean: z.number(), p95: z.number() })
    .nullable()
    .meta({ description: 'How long ago, in ms, what is read from the cache was stored: how stale it may be' }),
  held: z
    .object({ keys: z.number(), bytes: z.number().nullable() })
    .meta({ description: 'What was really in use at the most: with a TTL it may be less than there is' }),
})

export const curvesAnswer = noun('Curves', 'What a cache would hit in other sizes, with another policy or TTL', {
  points: z.array(point).meta({ description: 'In the order asked' }),
  present: z
    .object({ keys: z.number(), bytes: z.number().nullable(), model: z.number(), measured: z.number() })
    .optional()
    .meta({ description: 'Of a target: what the model says of the cache as it is, beside what was measured in the same time' }),
  requests: z.number().meta({ description: 'Gets that the ratios are of' }),
  spanMs: z.number().meta({ description: 'The time in which they came' }),
  localHitRatio: z
    .number()
    .nullable()
    .meta({ description: 'The share of the gets that a cache inside the application answers; null without one' }),
  sampledKeys: z.number(),
  samplingRate: z.number(),
  method: z.string(),
  basis: z.string(),
})
export type CurvesView = z.infer<typeof curvesAnswer>
