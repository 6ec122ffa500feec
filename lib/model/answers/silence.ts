import { z } from 'zod'
import { iso, labels, noun } from './shape.ts'

export const silenceAnswer = noun('Silence', 'Muted by a person', {
  id: z.string(),
  match: labels,
  from: iso,
  until: iso,
  by: z.string(),
  reason: z.string(),
  active: z.boolean(),
})
export type SilenceView = z.infer<typeof silenceAnswer>
