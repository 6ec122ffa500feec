import { z } from 'zod'
import { iso, noun } from './shape.ts'

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
  answer: z.string().optional(),
})
export type DeliveryView = z.infer<typeof deliveryAnswer>

export const receiverAnswer = z.object({ name: z.string(), channels: z.array(z.string()) })
export type ReceiverView = z.infer<typeof receiverAnswer>

export const testedAnswer = z.object({ deliveries: z.array(deliveryAnswer) })
export type TestedView = z.infer<typeof testedAnswer>
