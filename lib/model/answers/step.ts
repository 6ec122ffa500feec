import { z } from 'zod'
import { labels, open, unit } from './shape.ts'

/** A setting as its text at the wire. */
export const settingAnswer = z.object({ target: z.string(), name: z.string() })
export const step = z.object({ setting: settingAnswer, before: z.string(), after: z.string() })

export const reversal = z.enum(['exact', 'lossy', 'none'])

/** A metric as it is and as it will be, with its band and what that rests on. */
export const foreseen = open({
  metric: z.string(),
  where: labels,
  unit,
  before: z.number(),
  after: z.number(),
  low: z.number(),
  high: z.number(),
  basis: z.string(),
})

export const prediction = foreseen.extend({
  widened: z
    .number()
    .optional()
    .meta({ description: 'By what the band was widened, because outcomes of earlier predictions on this fleet asked for it' }),
  holds: z
    .literal(true)
    .optional()
    .meta({ description: 'What is predicted is that it stays within the band, while something else is won' }),
  event: z
    .object({ counter: z.string(), least: z.number(), background: z.number(), words: z.string() })
    .optional()
    .meta({ description: 'Where the effect shows in an event and not in the steady state: it is judged once the event has come again' }),
  dip: z
    .object({ metric: z.string(), where: labels, to: z.number(), forMs: z.number() })
    .optional()
    .meta({ description: 'How far the metric may first go the wrong way because of the change itself, and for how long' }),
})

export const guard = open({
  metric: z.string(),
  where: labels,
  unit,
  op: z.enum(['>', '<']),
  limit: z.number(),
  forMs: z.number(),
  why: z.string(),
})
