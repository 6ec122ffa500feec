import { z } from 'zod'
import { iso, noun } from './shape.ts'

const part = z.object({
  target: z.string(),
  state: z.enum(['waiting', 'applying', 'awaiting', 'watching', 'kept', 'rolled_back', 'failed']),
  change: z.string().optional(),
  verdict: z.enum(['improved', 'no_effect', 'regressed', 'unjudged']).optional(),
})

export const courseAnswer = noun(
  'Course',
  'One change of a group of identical balancers: the canary first, then the others one after another',
  {
    id: z.string(),
    group: z.string(),
    state: z.enum(['running', 'asking', 'undoing', 'done', 'rolled_back']).meta({
      description: '`asking`: the effect on the canary could not be told, and a person decides',
    }),
    parts: z.array(part).meta({ description: 'In the order in which they are changed' }),
    steps: z.array(z.object({ name: z.string(), after: z.string() })).meta({ description: 'The same on each' }),
    because: z.string(),
    proposal: z.string().optional(),
    by: z.string(),
    approvedBy: z.string().optional(),
    at: iso,
    waiting: z.string().optional().meta({ description: 'Why the next one cannot be changed just now' }),
    continuedBy: z.string().optional(),
    endedAt: iso.optional(),
    outcome: z.string().optional(),
  },
)
export type CourseView = z.infer<typeof courseAnswer>
