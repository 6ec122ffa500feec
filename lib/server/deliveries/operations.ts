import { z } from 'zod'
import * as answers from '../http/answers.ts'
import { paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { listDeliveries } from './deliveries.ts'

const tag = 'Alerts'

export const deliveryOperations = [
  operation({
    method: 'GET',
    path: 'deliveries',
    role: 'viewer',
    summary: 'Notices and their fate, newest first',
    tag,
    query: z.object(paging),
    answer: answers.page(answers.delivery),
    run: ({ runtime, query }) => listDeliveries(runtime, query),
  }),
]
