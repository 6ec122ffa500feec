import { z } from 'zod'
import { operation } from '../http/operation.ts'
import { events } from './response.ts'

const tag = 'Observing'

export const eventOperations = [
  operation({
    method: 'GET',
    path: 'events',
    role: 'viewer',
    summary:
      'Server-sent events: finding, proposal, change, approval, annotation, target, sample. `metric` (repeatable) sends its newest values with each sample; Last-Event-ID resumes, `resync`: some of what was missed is not kept',
    tag,
    query: z.object({ metric: z.string().max(300).optional() }),
    answer: z.string().meta({ description: 'Server-sent events' }),
    type: 'text/event-stream',
    run: ({ runtime, request, search, still }) => events(runtime, request, search.getAll('metric'), still),
  }),
]
