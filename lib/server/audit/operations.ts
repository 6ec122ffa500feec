import { z } from 'zod'
import { auditAnswer } from '../../model/answers/audit.ts'
import { AUDIT_KINDS } from '../../model/audit.ts'
import { paging, time } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { exportAudit, listAudit } from './audit.ts'

const tag = 'Audit'

export const auditOperations = [
  operation({
    method: 'GET',
    path: 'audit',
    role: 'admin',
    summary: 'The audit log, newest first. A page may hold fewer entries than there are while `next` is not null',
    tag,
    query: z.object({
      what: z.enum(AUDIT_KINDS).optional(),
      by: z.string().max(100).optional(),
      address: z.string().max(64).optional(),
      from: time.optional(),
      to: time.optional(),
      ...paging,
    }),
    answer: auditAnswer,
    run: ({ runtime, query }) => listAudit(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'audit/export',
    role: 'admin',
    audit: { what: 'audit-exported' },
    summary: 'The audit log as JSON lines, oldest first; `npm run audit -- --file FILE` verifies it',
    tag,
    query: z.object({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).meta({ description: 'Entries after this number' }),
    }),
    answer: z.string().meta({ description: 'An AuditEntry a line' }),
    type: 'application/x-ndjson',
    run: ({ runtime, query }) => exportAudit(runtime, query.after),
  }),
]
