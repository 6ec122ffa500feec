import { z } from 'zod'
import { noun } from './shape.ts'

export const jobAnswer = noun('Job', 'Long work of a change', {
  id: z.string(),
  change: z.string(),
  title: z.string(),
  state: z.enum(['running', 'paused', 'done', 'cancelled', 'failed']),
  done: z.number().meta({ description: 'Items written' }),
  total: z.number().nullable().meta({ description: 'How many it will be, as far as that can be told by now' }),
  rate: z.number().meta({ description: 'Items a second' }),
  undoRecorded: z.number().meta({ description: 'Items whose undo is in the store' }),
  left: z.number().meta({ description: 'Items that somebody else changed in the moment of the write' }),
  waiting: z.string().optional().meta({ description: 'Why it does nothing just now, though it runs' }),
  because: z.string().optional().meta({ description: 'Why it failed' }),
})
export type JobView = z.infer<typeof jobAnswer>
