import type { Edit } from '../../model/product.ts'
import type { UndoLog } from '../../model/store.ts'
import { pairsOf } from '../undoLog.ts'
import { asked, type Database } from './connection.ts'

/** Batches of undo in the database; none of them is kept in memory. */
export function sharedUndo({ query }: Pick<Database, 'query'>): UndoLog & { prune(at: number): Promise<void> } {
  return {
    async append(change, until, edits) {
      const short = edits.map(({ name, expect, value }) => [name, expect, value])
      await asked(
        query('INSERT INTO evenkeel.undo (change, until, items, edits) VALUES ($1, $2, $3, $4)', [
          change,
          Math.ceil(until),
          edits.length,
          JSON.stringify(short),
        ]),
      )
    },
    async newest(change) {
      type Batch = { batch: number; items: number; edits: string }
      const [row] = await asked(
        query<Batch>('SELECT batch, items, edits FROM evenkeel.undo WHERE change = $1 ORDER BY batch DESC LIMIT 1', [change]),
      )
      if (!row) return null
      const short = pairsOf(row.edits)
      if (!short) return { batch: row.batch, edits: [], lost: row.items }
      return { batch: row.batch, edits: short.map(([name, expect, value]): Edit => ({ name, expect, value })), lost: 0 }
    },
    async drop(batch) {
      await asked(query('DELETE FROM evenkeel.undo WHERE batch = $1', [batch]))
    },
    async count(change) {
      const [row] = await asked(
        query<{ items: number }>('SELECT coalesce(sum(items), 0) AS items FROM evenkeel.undo WHERE change = $1', [change]),
      )
      return row!.items
    },
    async prune(at) {
      await query('DELETE FROM evenkeel.undo WHERE until < $1', [Math.floor(at)])
    },
  }
}
