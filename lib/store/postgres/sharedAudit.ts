import { type AuditDraft, type AuditEntry, type AuditHead, bounded, NO_HASH } from '../../model/audit.ts'
import type { AuditLog } from '../../model/store.ts'
import { chained } from '../auditChain.ts'
import { lostEntries } from '../auditLog.ts'
import { entryOf, listAudit } from '../auditRows.ts'
import { asked, type Database, isRefusal, type Row } from './connection.ts'
import { wordsOf } from './failure.ts'

/** Entries that wait for the database. More than that would be memory that a stranger decides on. */
const HELD_MAX = 1_000
const BATCH = 200
const EMPTY: AuditHead = { seq: 0, hash: NO_HASH }

export type SharedAudit = AuditLog & {
  /** Writes what waits. Rejects with the driver's error. */
  flush(): Promise<void>
  /** The number of the entry that has waited longest. */
  oldest(): number
}

/** The audit log in the database: one chain to which every replica appends, each behind the newest entry of all. */
export function sharedAudit({ query }: Pick<Database, 'query'>, number: () => number): SharedAudit {
  const listeners: ((entry: AuditEntry) => void)[] = []
  const held: AuditDraft[] = []
  const numbers: number[] = []
  let lost = 0
  let trouble: string | null = null
  let head = EMPTY
  /** The last of entries that were sent without an answer: they may be there. */
  let unanswered: AuditEntry[] | null = null

  const newest = async () => (await query<AuditHead>('SELECT seq, hash FROM evenkeel.audit_head WHERE one = 1'))[0] ?? EMPTY

  function landed(entries: readonly AuditEntry[]): void {
    unanswered = null
    held.splice(0, entries.length)
    numbers.splice(0, entries.length)
    for (const entry of entries) for (const listener of listeners) listener(entry)
  }

  async function flush(): Promise<void> {
    if (unanswered) {
      const { seq, hash } = unanswered.at(-1)!
      const [there] = await query<Row>('SELECT hash FROM evenkeel.audit WHERE seq = $1', [seq])
      if (there?.hash === hash) landed(unanswered)
      unanswered = null
    }
    while (held.length > 0) {
      const drafts = held.slice(0, BATCH)
      unanswered = chained(drafts, head)
      const [answer] = await query<AuditHead & { appended: boolean }>(
        'SELECT appended, seq, hash FROM evenkeel.append_audit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
        [head.seq, ...columnsOf(unanswered, drafts)],
      )
      head = { seq: answer!.seq, hash: answer!.hash }
      // Else another replica was first, and theirs come before.
      if (answer!.appended) landed(unanswered)
      unanswered = null
      if (held.length === 0 && lost > 0) {
        held.push(lostEntries(lost, Date.now()))
        numbers.push(number())
        lost = 0
      }
    }
  }

  return {
    append(draft) {
      if (held.length >= HELD_MAX) {
        lost++
        return
      }
      held.push(bounded(draft))
      numbers.push(number())
    },
    // Each round does.
    retry() {},
    unsaved: () => ({ entries: trouble === null ? 0 : held.length + lost, because: trouble }),
    head: () => head,
    async list(asks) {
      head = await asked(newest())
      return listAudit(head.seq, asks, (conditions, limit) => {
        const where = conditions.map(({ column, sign }, index) => `${column} ${sign} $${index + 1}`).join(' AND ')
        const values = conditions.map(({ value }) => value)
        return asked(query(`SELECT * FROM evenkeel.audit WHERE ${where} ORDER BY seq DESC LIMIT $${values.length + 1}`, [...values, limit]))
      })
    },
    since: async (after, limit) =>
      (await asked(query('SELECT * FROM evenkeel.audit WHERE seq > $1 ORDER BY seq LIMIT $2', [after, limit]))).map(entryOf),
    onWritten: (listener) => void listeners.push(listener),
    // What is wrong with the log alone must not keep changes from being journaled.
    oldest: () => (trouble === null ? (numbers[0] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY),
    async flush() {
      try {
        await flush()
        head = await newest()
        trouble = null
      } catch (error) {
        trouble = wordsOf(error).because
        if (!isRefusal(error)) throw error
      }
    },
  }
}

/** What the function in the database takes, a list for each column. */
function columnsOf(entries: readonly AuditEntry[], drafts: readonly AuditDraft[]): unknown[][] {
  const column = (of: (entry: AuditEntry) => unknown) => entries.map(of)
  return [
    column(({ seq }) => seq),
    drafts.map(({ at }) => at),
    column(({ what }) => what),
    column(({ by }) => by),
    column(({ how }) => how),
    column(({ from }) => from),
    column(({ about }) => about),
    column(({ outcome }) => outcome),
    column(({ detail }) => JSON.stringify(detail)),
    column(({ prev }) => prev),
    column(({ hash }) => hash),
  ]
}
