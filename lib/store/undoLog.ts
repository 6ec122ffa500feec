import type { UndoLog } from '../model/store.ts'
import type { Files } from './schema.ts'

/** Batches of undo on the disk; none of them is kept in memory. `prune` may stand in a transaction of `db`. */
export function undoLogOf({ db: pruning, durable: db }: Files): UndoLog & { prune(at: number): void } {
  const append = db.prepare('INSERT INTO undo (change, until, items, edits) VALUES (?, ?, ?, ?)')
  const newest = db.prepare('SELECT batch, edits FROM undo WHERE change = ? ORDER BY batch DESC LIMIT 1')
  const drop = db.prepare('DELETE FROM undo WHERE batch = ?')
  const count = db.prepare('SELECT coalesce(sum(items), 0) AS items FROM undo WHERE change = ?')
  const prune = pruning.prepare('DELETE FROM undo WHERE until < ?')
  return {
    append(change, until, edits) {
      const short = edits.map(({ name, expect, value }) => [name, expect, value])
      append.run(change, Math.ceil(until), edits.length, JSON.stringify(short))
    },
    newest(change) {
      const row = newest.get(change)
      if (!row) return null
      const short = JSON.parse(row.edits as string) as [string, string, string][]
      return { batch: Number(row.batch), edits: short.map(([name, expect, value]) => ({ name, expect, value })) }
    },
    drop: (batch) => void drop.run(batch),
    count: (change) => Number(count.get(change)!.items),
    prune: (at) => void prune.run(Math.floor(at)),
  }
}
