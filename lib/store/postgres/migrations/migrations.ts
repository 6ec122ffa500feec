import type { Database, Query } from '../connection.ts'
import { documents } from './001documents.ts'
import { cluster } from './002cluster.ts'
import { openFindings } from './003openFindings.ts'

/**
 * Each step takes the schema from the version before to the next. A step that was released is never edited, and only adds: a replica of the version
 * before goes on working while others run the new one.
 */
const STEPS: readonly { name: string; sql: string }[] = [
  { name: 'documents', sql: documents },
  { name: 'cluster', sql: cluster },
  { name: 'open findings', sql: openFindings },
]

/** Takes the schema `evenkeel` to this version, one replica at a time. One that is newer already is left as it is. */
export async function migrate(database: Pick<Database, 'transaction'>): Promise<void> {
  await database.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtext('evenkeel.migration'))")
    const version = await versionOf(query)
    for (const [index, { name, sql }] of STEPS.entries()) {
      if (index < version) continue
      await query(sql)
      await query('INSERT INTO evenkeel.migration (number, name) VALUES ($1, $2)', [index + 1, name])
    }
  })
}

/** How many steps were taken; makes what counts them. */
async function versionOf(query: Query): Promise<number> {
  // A user without the right to make a schema may be given one.
  const [there] = await query("SELECT to_regclass('evenkeel.migration') AS migration, to_regnamespace('evenkeel') AS schema")
  if (there?.migration === null) {
    if (there.schema === null) await query('CREATE SCHEMA evenkeel')
    await query('CREATE TABLE evenkeel.migration (number integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())')
  }
  const [newest] = await query<{ number: number | null }>('SELECT max(number) AS number FROM evenkeel.migration')
  return newest?.number ?? 0
}
