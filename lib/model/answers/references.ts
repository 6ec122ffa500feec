import { z } from 'zod'
import { noun } from './shape.ts'

export const referencesTakenAnswer = noun('ReferencesTaken', 'What became of a report of references', {
  taken: z.number().meta({ description: 'References that were taken' }),
  future: z.number().meta({ description: 'Left out: their time is over a minute ahead of Evenkeel’s clock' }),
  past: z.number().meta({ description: 'Left out: older than references are kept' }),
})
export type ReferencesTaken = z.infer<typeof referencesTakenAnswer>
