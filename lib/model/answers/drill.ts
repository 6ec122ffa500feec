import { z } from 'zod'
import { iso } from './shape.ts'

export const drillAnswer = z
  .object({
    name: z.string(),
    title: z.string(),
    does: z.string().meta({ description: 'What is done to the fleet' }),
    lookFor: z.string(),
    rule: z.string().meta({ description: 'Which rule should speak' }),
    lastsSeconds: z.number(),
    state: z.enum(['ready', 'running', 'ending']),
    endsAt: iso.optional(),
  })
  .meta({ id: 'Drill' })
export type DrillView = z.infer<typeof drillAnswer>
