import { z } from 'zod'
import { decision } from './autopilot.ts'
import { iso, labels, noun } from './shape.ts'
import { guard, prediction, reversal, step } from './step.ts'

export const proposalAnswer = noun('Proposal', 'What could be done, with the effect it predicts', {
  id: z.string(),
  finding: z.string(),
  advisor: z.string(),
  labels: labels.optional().meta({ description: 'Those that all its targets share' }),
  steps: z.array(step),
  because: z.string(),
  prediction: prediction.nullable(),
  unpredicted: z.string().optional().meta({ description: 'Why there is no prediction, when there is none' }),
  guards: z.array(guard),
  risk: z.enum(['low', 'medium', 'high']),
  riskBecause: z.string(),
  commands: z.array(z.string()),
  patch: z.string().optional().meta({ description: 'Text for a configuration file' }),
  patchOnly: z.string().optional().meta({ description: 'Why it can only be copied, not applied here' }),
  owner: z
    .literal('file')
    .optional()
    .meta({ description: 'A repository owns its settings: applying makes a branch and a commit there, and writes to no server' }),
  state: z.enum(['open', 'superseded', 'applied', 'withdrawn']),
  createdAt: iso,
  reversal,
  subject: labels.meta({ description: 'Of its finding' }),
  balance: z
    .array(z.object({ name: z.string(), before: z.number(), after: z.number() }))
    .optional()
    .meta({ description: 'Share of each server or node before and after' }),
  followers: z
    .object({ fresh: z.number(), expected: z.number().nullable() })
    .optional()
    .meta({ description: 'Who follows the control document that it writes' }),
  heldUntil: iso.optional().meta({ description: 'Superseded by nearly the same values, and still applicable until then' }),
  disabledBecause: z.string().optional(),
  autopilot: decision.optional().meta({ description: 'What the autopilot makes of it, where a policy is about it' }),
  group: z
    .object({ name: z.string(), canary: z.string(), targets: z.array(z.string()) })
    .optional()
    .meta({
      description:
        'The identical balancers that it can be applied to with `group: true`: the canary first, then the others one after another',
    }),
  approval: z
    .object({ id: z.string(), by: z.string(), until: iso })
    .nullable()
    .optional()
    .meta({ description: 'A second person has to approve it: the request that waits for that, or null while nobody has asked' }),
})
export type ProposalView = z.infer<typeof proposalAnswer>

export const appliedAnswer = z
  .object({
    change: z.string().nullable().meta({ description: 'null for a dry run' }),
    steps: z.array(step),
    commands: z.array(z.string()),
    course: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Of a change of a whole group: its course; `change` is that of the canary' }),
  })
  .meta({ id: 'Applied' })
export type AppliedView = z.infer<typeof appliedAnswer>
