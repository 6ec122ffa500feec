import { z } from 'zod'
import { iso, noun, open } from './shape.ts'

export const deliveryAnswer = noun('Delivery', "A notice's fate", {
  id: z.string(),
  receiver: z.string(),
  channel: z.string(),
  at: iso,
  findings: z.array(z.string()),
  status: z.enum(['firing', 'resolved', 'test']),
  state: z.enum(['queued', 'delivered', 'failed']),
  attempts: z.number(),
  nextAt: iso.optional().meta({ description: 'When it is tried again' }),
  reason: z.string().optional().meta({ description: 'What came back at the last try, with its code; absent before the first' }),
  answer: z.string().optional().meta({ description: 'The same as `reason`, under its earlier name' }),
})
export type DeliveryView = z.infer<typeof deliveryAnswer>

export const receiverAnswer = open({
  name: z.string(),
  channels: z.array(z.string()),
  last: z.array(deliveryAnswer).meta({ description: 'The newest delivery of each channel that has one' }),
})
export type ReceiverView = z.infer<typeof receiverAnswer>

export const testedAnswer = z.object({ deliveries: z.array(deliveryAnswer) })
export type TestedView = z.infer<typeof testedAnswer>
