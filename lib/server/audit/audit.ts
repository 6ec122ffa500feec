import { createSlices } from '../../engine/slices.ts'
import type { AuditView } from '../../model/answers/audit.ts'
import { type AuditKind, canonical } from '../../model/audit.ts'
import { EvenkeelError } from '../../model/error.ts'
import { withIso } from '../http/iso.ts'
import { PAGE_LIMIT } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

export type AuditQuestion = {
  cursor?: string
  limit?: number
  what?: AuditKind
  by?: string
  address?: string
  from?: number
  to?: number
}

/** Entries of the audit log, newest first. */
export async function listAudit(
  runtime: Pick<Runtime, 'store' | 'auditOut'>,
  { cursor, limit = PAGE_LIMIT, what, by, address, from, to }: AuditQuestion,
): Promise<AuditView> {
  const before = cursor === undefined ? undefined : Number(cursor)
  if (before !== undefined && !(Number.isSafeInteger(before) && before > 0))
    throw new EvenkeelError('bad_request', 'cursor: give back `next` of the page before, unchanged.')
  const { audit } = runtime.store
  const { items, next } = await audit.list({
    limit,
    ...(before === undefined ? {} : { before }),
    ...(what === undefined ? {} : { what }),
    ...(by === undefined ? {} : { by }),
    ...(address === undefined ? {} : { from: address }),
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
  })
  const { entries, because } = audit.unsaved()
  const copies = runtime.auditOut.states().map(({ failing, ...copy }) => ({ ...copy, failing: failing && withIso(failing, 'since') }))
  return { items, next: next === null ? null : String(next), head: audit.head(), copies, unsaved: { entries, because } }
}

const LINES = 100

/** The entries after number `after` as JSON lines, oldest first, read from the disk as fast as they are taken. */
export function exportAudit(runtime: Pick<Runtime, 'store'>, after: number): Response {
  const { audit } = runtime.store
  const to = audit.head().seq
  let at = after
  const encoder = new TextEncoder()
  const pause = createSlices()
  const lines = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await pause()
      const entries = (await audit.since(at, LINES)).filter(({ seq }) => seq <= to)
      if (entries.length === 0) return controller.close()
      at = entries.at(-1)!.seq
      controller.enqueue(encoder.encode(entries.map((entry) => `${canonical(entry)}\n`).join('')))
    },
  })
  return new Response(lines, {
    headers: {
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="evenkeel-audit-${after + 1}-${to}.jsonl"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
