import { z } from 'zod'
import { grantAnswer, tokenRole } from './person.ts'
import { anything, iso } from './shape.ts'
import { tokenAnswer } from './token.ts'

const session = z.object({
  id: z.string(),
  createdAt: iso,
  usedAt: iso,
  from: z.string().nullable(),
  agent: z.string(),
  here: z.boolean(),
})
const passkey = z.object({ id: z.string(), name: z.string(), createdAt: iso, usedAt: iso.nullable() })

export const accountAnswer = z
  .object({
    name: z.string(),
    role: tokenRole,
    grants: z.array(grantAnswer).optional().meta({ description: 'Further roles, each on the targets that have all these labels' }),
    local: z.boolean().meta({ description: 'Whether there is a password and a second factor of ours' }),
    hasPassword: z.boolean(),
    codes: z.boolean().meta({ description: 'One-time codes are set up' }),
    passkeys: z.array(passkey),
    passkeysUnavailable: z.string().nullable(),
    recoveryLeft: z.number(),
    required: z.boolean().meta({ description: 'A second factor is required here' }),
    askPresent: z.boolean().meta({ description: 'Changes to the account need the present password' }),
    sessions: z.array(session),
    tokens: z.array(tokenAnswer),
  })
  .meta({ id: 'Account' })
/** Everything about the own account of whoever asks. */
export type AccountView = z.infer<typeof accountAnswer>

export const enrolmentAnswer = z.object({
  uri: z.string(),
  secret: z.string(),
  qr: z.string().meta({ description: 'SVG' }),
  pending: z.string(),
})
export const recoveryAnswer = z.object({
  recovery: z.array(z.string()).nullable().meta({ description: 'Recovery codes, shown once; null: those from before stay' }),
})
export const challengeAnswer = z.object({ options: anything, pending: z.string() })
