import { z } from 'zod'
import { personAnswer } from './person.ts'

export const sessionAnswer = z.object({ person: personAnswer.nullable() })

export const signInAnswer = z.object({
  person: personAnswer.nullable(),
  second: z
    .array(z.enum(['code', 'passkey']))
    .optional()
    .meta({ description: 'Nobody is signed in yet: one of these is needed too. A code goes into `second`, beside the rest' }),
})

export const signOutAnswer = z.object({
  next: z.string().nullable().meta({ description: 'Where the browser ends its session with the issuer too' }),
})
