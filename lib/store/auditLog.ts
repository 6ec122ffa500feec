import type { DatabaseSync } from 'node:sqlite'
import { type AuditDraft, type AuditEntry, type AuditHead, bounded, NO_HASH } from '../model/audit.ts'
import type { AuditLog } from '../model/store.ts'
import { type AuditBreak, type AuditVerdict, chained, readEntry, verifyChain } from './auditChain.ts'
import { entryOf, listAudit } from './auditRows.ts'

/** Entries that wait in memory for room on the disk. More than that would be memory that a stranger decides on. */
const HELD_MAX = 1_000

/** An append-only log in the store's file. Durable when `append` returns, or held until there is room; it never throws. */
export function auditLogOf(db: DatabaseSync): AuditLog & { close(): void } {
  const chain = chainWriter(db)
  const listeners: ((entry: AuditEntry) => void)[] = []
  const held: AuditDraft[] = []
  let lost = 0
  let trouble: string | null = null
  let head = readHead(db) ?? { seq: 0, hash: NO_HASH }
  const last = lastOf(db)
  // Where the two disagree, the next entry comes after both: what is missing between them stays to be seen.
  if (last && last.seq > head.seq) head = last

  function attempt(drafts: readonly AuditDraft[]): boolean {
    let written: AuditEntry[]
    try {
      written = chain.append(drafts, head)
      const last = written.at(-1)
      if (last) head = { seq: last.seq, hash: last.hash }
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error)
      return false
    }
    trouble = null
    for (const entry of written)
      for (const listener of listeners)
        try {
          listener(entry)
        } catch {
          // It is written: what somebody makes of that changes nothing.
        }
    return true
  }

  const log: AuditLog & { close(): void } = {
    append(draft) {
      const entry = bounded(draft)
      // One after another, or the chain would not be in the order of what happened.
      if (held.length === 0 && attempt([entry])) return
      if (held.length < HELD_MAX) held.push(entry)
      else lost++
    },
    retry(at) {
      const [first] = held
      if (!first) return
      // One first: a disk that is still full must not be asked for all of it each second.
      if (!attempt([first])) return
      held.shift()
      const gap = lost === 0 ? [] : [lostEntries(lost, at)]
      if (held.length + gap.length > 0 && !attempt([...held, ...gap])) return
      held.length = 0
      lost = 0
    },
    unsaved: () => ({ entries: held.length + lost, because: trouble }),
    head: () => head,
    list: (query) =>
      listAudit(head.seq, query, (conditions, limit) => {
        const where = conditions.map(({ column, sign }) => `${column} ${sign} ?`).join(' AND ')
        return db
          .prepare(`SELECT * FROM audit WHERE ${where} ORDER BY seq DESC LIMIT ?`)
          .all(...conditions.map(({ value }) => value), limit)
      }),
    since: async (after, limit) => db.prepare('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?').all(after, limit).map(entryOf),
    onWritten: (listener) => void listeners.push(listener),
    close() {
      log.retry(Date.now())
    },
  }
  return log
}

/** Writes entries, each chained to the one before by its hash, all of them or none. */
function chainWriter(db: DatabaseSync) {
  const insert = db.prepare(
    'INSERT INTO audit (seq, at, what, by, how, sender, about, outcome, detail, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const advance = db.prepare('UPDATE audit_head SET seq = ?, hash = ? WHERE one = 1')
  return {
    append(drafts: readonly AuditDraft[], head: AuditHead): AuditEntry[] {
      const written = chained(drafts, head)
      const last = written.at(-1) ?? head
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const [index, entry] of written.entries()) {
          const { seq, what, by, how, from, about, outcome, detail, prev, hash } = entry
          insert.run(seq, drafts[index]!.at, what, by, how, from, about, outcome, JSON.stringify(detail), prev, hash)
        }
        advance.run(last.seq, last.hash)
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
      return written
    },
  }
}

/** The entry that stands for those that were lost. */
export const lostEntries = (lost: number, at: number): AuditDraft => ({
  at,
  what: 'audit-lost',
  by: null,
  how: 'evenkeel',
  from: null,
  about: '',
  outcome: 'failed',
  detail: { entries: String(lost), because: 'there was no room on the disk, and no more in memory' },
})

const headOf = (row: Record<string, unknown> | undefined): AuditHead | null =>
  row ? { seq: Number(row.seq), hash: String(row.hash) } : null
/** The newest entry's record; null when there is none, which only somebody else can bring about. */
const readHead = (db: DatabaseSync) => headOf(db.prepare('SELECT seq, hash FROM audit_head').get())
const lastOf = (db: DatabaseSync) => headOf(db.prepare('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1').get())

/** Checks the log of a store's file, which may be in use: up to what stood in it when the check began. */
export function verifyAuditLog(db: DatabaseSync, anchors: readonly AuditHead[] = []): AuditVerdict {
  db.exec('BEGIN')
  const [head, last] = [readHead(db), lastOf(db)]
  db.exec('COMMIT')
  const verdict = verifyChain(readAudit(db, last?.seq ?? 0), { whole: true, head, anchors })
  // Both are written at once: an entry past the record was added by somebody else.
  if (!verdict.broken && head && last && last.seq > head.seq)
    verdict.broken = { seq: head.seq + 1, what: 'an entry after the newest, by the head record', found: last.hash, expected: 'the end' }
  return verdict
}

/** Oldest first, page by page, so that nobody else waits. */
function* readAudit(db: DatabaseSync, to: number): Generator<AuditEntry | AuditBreak> {
  const select = db.prepare('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT 1000')
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const rows = select.all(after)
    for (const row of rows) {
      if (Number(row.seq) > to) return
      after = Number(row.seq)
      yield readEntry(entryOf(row), after)
    }
    if (rows.length === 0) return
  }
}
