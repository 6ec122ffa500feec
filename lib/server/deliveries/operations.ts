import { z } from 'zod'
import { deliveryAnswer } from '../../model/answers/delivery.ts'
import { page } from '../../model/answers/shape.ts'
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
    answer: page(deliveryAnswer),
    run: ({ runtime, query }) => listDeliveries(runtime, query),
  }),
]
