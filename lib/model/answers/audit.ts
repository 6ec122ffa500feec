import { z } from 'zod'
import { AUDIT_KINDS, AUDIT_OUTCOMES, type AuditHow } from '../audit.ts'
import { iso, labels, noun, page } from './shape.ts'

const auditEntryAnswer = noun(
  'AuditEntry',
  'An entry of the audit log; `hash` is the SHA-256 of its canonical JSON (RFC 8785) without `hash`',
  {
    seq: z.number(),
    at: iso,
    what: z.enum(AUDIT_KINDS),
    by: z.string().nullable(),
    how: z
      .custom<AuditHow>((value) => typeof value === 'string')
      .meta({ override: { type: 'string' }, description: 'person, anonymous, evenkeel, or token:ID' }),
    from: z.string().nullable().meta({ description: 'The address that it came from' }),
    about: z.string(),
    outcome: z.enum(AUDIT_OUTCOMES),
    detail: labels,
    prev: z.string(),
    hash: z.string(),
  },
)

export const auditAnswer = page(auditEntryAnswer).extend({
  head: z.object({ seq: z.number(), hash: z.string() }).meta({ description: 'The newest entry' }),
  copies: z
    .array(
      z.object({
        to: z.enum(['file', 'syslog']),
        seq: z.number().meta({ description: 'The newest entry that it was given' }),
        failing: z.object({ since: iso, because: z.string() }).nullable(),
      }),
    )
    .meta({ description: 'Where the log is copied to as it grows, by the configuration' }),
  unsaved: z.object({ entries: z.number(), because: z.string().nullable() }).meta({ description: 'What is held in memory, and why' }),
})
/** A page of the audit log, with the newest entry's place in its chain and what of it is not on the disk. */
export type AuditView = z.infer<typeof auditAnswer>
