import { z } from 'zod'
import { iso, noun, open, unit } from './shape.ts'

const outcome = open({
  change: z.string().nullable().meta({ description: 'null: of a run of cache warming' }),
  warming: z.string().optional().meta({ description: 'The target that was warmed' }),
  at: iso,
  advisor: z.string(),
  what: z.string().meta({ description: 'What was changed, in words' }),
  unit,
  after: z.number(),
  low: z.number(),
  high: z.number(),
  measured: z.number(),
  inside: z.boolean(),
  off: z
    .number()
    .meta({ description: 'From the predicted value to the measured one, in widths of the band on that side: -1 to 1 is inside' }),
})
export type OutcomeView = z.infer<typeof outcome>

const record = open({
  advisor: z.string(),
  title: z.string(),
  judged: z.number(),
  inside: z.number(),
  factor: z.number().meta({ description: 'By what its next bands are widened' }),
})

export const calibrationAnswer = noun('Calibration', 'Each prediction beside its outcome, and how often the bands held', {
  judged: z.number(),
  inside: z.number(),
  advisors: z.array(record),
  outcomes: z.array(outcome).meta({ description: 'The newest thousand, newest first' }),
})
export type CalibrationView = z.infer<typeof calibrationAnswer>
