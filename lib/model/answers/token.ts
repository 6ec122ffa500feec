import { z } from 'zod'
import { grantAnswer, tokenRole } from './person.ts'
import { iso, labels } from './shape.ts'

export const tokenAnswer = z.object({
  id: z.string(),
  name: z.string(),
  role: tokenRole.meta({ description: '`reporter`: it only reports references' }),
  present: tokenRole
    .nullable()
    .meta({ description: 'What it can do now: at most what its owner may. Null: it has ended, or its owner is gone' }),
  where: labels.optional().meta({ description: 'It has its role on the targets with these labels alone, and reads everything' }),
  grants: z
    .array(grantAnswer)
    .optional()
    .meta({ description: 'What it can do on some targets now, besides `present`: at most what its owner may there' }),
  createdAt: iso,
  until: iso.meta({ description: 'When it ends' }),
  by: z.string(),
  owner: z.string().nullable().meta({ description: 'Who answers for it; it ends with them' }),
  usedAt: iso.nullable().meta({ description: 'Its last use, within a minute' }),
})
/** An API token, without its secret. */
export type TokenView = z.infer<typeof tokenAnswer>

export const newTokenAnswer = tokenAnswer.extend({ token: z.string().meta({ description: 'Shown once, kept nowhere' }) })
