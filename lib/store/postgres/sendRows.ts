import type { Log } from '../../model/log.ts'
import type { Database } from './connection.ts'
import type { PendingRow } from './writeQueue.ts'

type Sending = {
  database: Pick<Database, 'query'>
  replica: string
  log: Log
  /** The sequence number of what the row builds on, 0 of a new one; null where the last write wins. */
  baseOf(row: PendingRow): number | null
}
type Written = { noun: string; id: string; seq: number }

/** Writes rows in one transaction. Those that are not among the answered were not written: they build on what is no longer there. */
export async function sendRows(batch: readonly PendingRow[], sending: Sending): Promise<Written[]> {
  const { database, replica, log, baseOf } = sending
  const column = <T>(of: (row: PendingRow) => T) => batch.map(of)
  try {
    return await database.query<Written>('SELECT noun, id, seq FROM evenkeel.write_documents($1, $2, $3, $4, $5)', [
      replica,
      column(({ noun }) => noun),
      column(({ id }) => id),
      column(({ json }) => json),
      column(baseOf),
    ])
  } catch (error) {
    if (!isUnstorable(error)) throw error
    if (batch.length === 1) {
      log.error({ err: error, noun: batch[0]!.noun, id: batch[0]!.id }, 'a document cannot be stored in the database that `state` names')
      return []
    }
    // One row must not keep all others from being written.
    const written: Written[] = []
    for (const row of batch) written.push(...(await sendRows([row], sending)))
    return written
  }
}

/** What no later try would store either: a text that the server cannot hold, a row that is too large. */
const isUnstorable = (error: unknown) => /^(22|54)/.test(String((error as { code?: unknown } | null)?.code ?? ''))
