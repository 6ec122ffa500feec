import { z } from 'zod'
import { iso, open } from './shape.ts'

export const heartbeatAnswer = open({
  configured: z.boolean(),
  everyMs: z.number().optional(),
  takenAt: iso.nullable().optional().meta({ description: 'When a beat was last taken' }),
  failing: z
    .object({ since: iso, answer: z.string() })
    .nullable()
    .optional()
    .meta({ description: 'Since when none is taken, and what came back' }),
  paused: z.string().nullable().optional().meta({ description: 'Why none is sent' }),
})
export type HeartbeatView = z.infer<typeof heartbeatAnswer>
