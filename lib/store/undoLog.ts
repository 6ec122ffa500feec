import type { ClockStep } from '../model/clock.ts'
import type { UndoLog } from '../model/store.ts'
import type { Files } from './files.ts'
import type { Saving } from './saving.ts'

/** Batches of undo on the disk; none of them is kept in memory. `prune` may stand in a transaction of `db`. */
export function undoLogOf(
  { db: pruning, durable: db }: Files,
  saving: Saving,
): UndoLog & { prune(at: number): void; stepClock(step: ClockStep): void } {
  const append = db.prepare('INSERT INTO undo (change, until, items, edits) VALUES (?, ?, ?, ?)')
  const newest = db.prepare(
    'SELECT batch, items, edits FROM undo WHERE change = ? AND batch NOT IN (SELECT value FROM json_each(?)) ORDER BY batch DESC LIMIT 1',
  )
  const drop = db.prepare('DELETE FROM undo WHERE batch = ?')
  const count = db.prepare(
    'SELECT coalesce(sum(items), 0) AS items FROM undo WHERE change = ? AND batch NOT IN (SELECT value FROM json_each(?))',
  )
  const prune = pruning.prepare('DELETE FROM undo WHERE until < ?')
  const shift = db.prepare('UPDATE undo SET until = until + ?')
  /** By how much the clock was set that no row knows of yet. */
  let owedMs = 0
  /** Batches that are put back, and that the disk does not let go yet. */
  const dropped = new Set<number>()
  const without = () => JSON.stringify([...dropped])
  return {
    async append(change, until, edits) {
      const short = edits.map(({ name, expect, value }) => [name, expect, value])
      saving.insist(() => void append.run(change, Math.ceil(until), edits.length, JSON.stringify(short)))
    },
    async newest(change) {
      const row = newest.get(change, without())
      if (!row) return null
      const batch = Number(row.batch)
      const short = pairsOf(row.edits)
      if (!short) return { batch, edits: [], lost: Number(row.items) }
      return { batch, edits: short.map(([name, expect, value]) => ({ name, expect, value })), lost: 0 }
    },
    async drop(batch) {
      dropped.add(batch)
      saving.put(`undo ${batch}`, () => {
        drop.run(batch)
        dropped.delete(batch)
      })
    },
    count: async (change) => Number(count.get(change, without())!.items),
    prune: (at) => void prune.run(Math.floor(at)),
    stepClock({ byMs }) {
      owedMs += Math.round(byMs)
      saving.put('undo clock', () => {
        shift.run(owedMs)
        owedMs = 0
      })
    },
  }
}

/** Null when the row is damaged. */
export function pairsOf(edits: unknown): [string, string, string][] | null {
  try {
    const pairs = JSON.parse(edits as string) as [string, string, string][]
    return pairs.every((pair) => pair.length === 3 && pair.every((text) => typeof text === 'string')) ? pairs : null
  } catch {
    return null
  }
}
