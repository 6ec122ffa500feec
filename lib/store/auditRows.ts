import type { AuditEntry } from '../model/audit.ts'
import type { AuditQuery } from '../model/store.ts'

/** Rows that one look through the log goes over: some tens of ms. */
const LOOK_MAX = 100_000
const LOOK_STEP = 10_000

/** A condition of a look: a column, how it is compared, with what. */
export type AuditCondition = { column: string; sign: '=' | '>=' | '<=' | '<'; value: string | number }

/** Entries that match, newest first, of at most so many rows; `next` is where the next look begins. `select` answers the newest first. */
export async function listAudit(
  newest: number,
  { before, limit, what, by, from, since, until }: AuditQuery,
  select: (conditions: readonly AuditCondition[], limit: number) => Row[] | Promise<Row[]>,
): Promise<{ items: AuditEntry[]; next: number | null }> {
  const wanted: AuditCondition[] = []
  const where = (column: string, value: string | number | undefined, sign: AuditCondition['sign'] = '=') =>
    value !== undefined && wanted.push({ column, sign, value })
  where('what', what)
  where('by', by)
  where('sender', from)
  where('at', since, '>=')
  where('at', until, '<=')
  const top = Math.min(before ?? newest + 1, newest + 1)
  const items: AuditEntry[] = []
  // In steps: a filter that hardly anything passes must not hold up everything else for as long as the log is.
  let at = top
  while (at > 1 && items.length < limit && top - at < LOOK_MAX) {
    const floor = Math.max(1, at - LOOK_STEP)
    const rows = await select(
      [{ column: 'seq', sign: '<', value: at }, { column: 'seq', sign: '>=', value: floor }, ...wanted],
      limit - items.length,
    )
    for (const row of rows) items.push(entryOf(row))
    at = floor
  }
  const next = items.length === limit ? items.at(-1)!.seq : at
  return { items, next: next > 1 ? next : null }
}

type Row = Record<string, unknown>

/** A row as the entry that was hashed; what somebody has spoilt in it stays as it is, for the chain to tell. */
export function entryOf(row: Row): AuditEntry {
  const { at, sender, detail, ...rest } = row
  return { ...rest, at: isoOf(at), from: sender, detail: recordOf(detail) } as AuditEntry
}

function isoOf(at: unknown): unknown {
  return typeof at === 'number' && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : at
}

function recordOf(detail: unknown): unknown {
  try {
    return JSON.parse(String(detail))
  } catch {
    return detail
  }
}
