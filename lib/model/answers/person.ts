import { z } from 'zod'
import { iso, labels } from './shape.ts'

export const role = z.enum(['viewer', 'operator', 'admin'])
export type PersonRole = z.infer<typeof role>
/** An application that reports references is nobody: a token may have a role that no person has. */
export const tokenRole = z.enum(['reporter', ...role.options])
export type TokenRole = z.infer<typeof tokenRole>

/** A role on the targets with certain labels, besides the role that somebody has everywhere. */
export const grantAnswer = z.object({ role: z.enum(['operator', 'admin']), where: labels })
export type Grant = z.infer<typeof grantAnswer>
export const GRANTS_MAX = 20
const grants = z.array(grantAnswer).optional().meta({ description: 'Further roles, each on the targets that have all these labels' })

export const personAnswer = z.object({ name: z.string(), role: tokenRole, grants }).meta({ id: 'Person' })
/** Who is asking. */
export type Person = z.infer<typeof personAnswer>

export const personEntryAnswer = z.object({
  name: z.string(),
  role,
  grants,
  createdAt: iso,
  by: z.string(),
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
})
export type PersonEntryView = z.infer<typeof personEntryAnswer>

export const invitationAnswer = z.object({ link: z.string(), until: iso })
export type InvitationView = z.infer<typeof invitationAnswer>
