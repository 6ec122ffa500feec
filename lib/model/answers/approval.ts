import { z } from 'zod'
import { iso, noun } from './shape.ts'
import { step } from './step.ts'

export const approvalAnswer = noun('Approval', 'A request that a second person approves a change of high risk', {
  id: z.string(),
  state: z.enum(['pending', 'applying', 'approved', 'declined', 'withdrawn', 'void', 'expired']),
  proposal: z.string().optional().meta({ description: 'Absent: of a change of their own' }),
  group: z.literal(true).optional().meta({ description: 'On every balancer of its group, the canary first' }),
  finding: z.string().optional(),
  steps: z.array(step).meta({ description: '`before`: what the servers held when it was asked for; with other values it is not applied' }),
  because: z.string(),
  risk: z.enum(['low', 'medium', 'high']),
  riskBecause: z.string(),
  commands: z.array(z.string()).meta({ description: 'Exactly what will be sent' }),
  by: z.string(),
  at: iso,
  until: iso.meta({ description: 'From then on it can no longer be approved' }),
  decidedBy: z.string().optional(),
  decidedAt: iso.optional(),
  reason: z.string().optional().meta({ description: 'Why it was declined, or can no longer be applied' }),
  change: z.string().optional().meta({ description: 'The change that came of it' }),
})
export type ApprovalView = z.infer<typeof approvalAnswer>
