import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { AuditEntry, AuditHead } from '../../model/audit.ts'
import { EvenkeelError } from '../../model/error.ts'
import { verifyChain } from '../auditChain.ts'
import { entryOf } from '../auditRows.ts'
import { createStore } from '../store.ts'
import type { Database, Query, Row } from './connection.ts'
import { migrate } from './migrations/migrations.ts'

/** How many of each were copied. */
export type Moved = { documents: number; small: number; undo: number; audit: number }

/** Of one process and its data folder: they stay where they are. */
const OWN = ['store/', 'audit/', 'trace/']
/** What a database has before anything was put. */
const MADE_WITH_IT = 'keys/session'
const AT_ONCE = 500
const AUDIT_COLUMNS = ['seq', 'at', 'what', 'by', 'how', 'sender', 'about', 'outcome', 'detail', 'prev', 'hash']

const fileOf = (folder: string) => join(folder, 'evenkeel.db')

/**
 * Copies what the embedded store holds, but for samples, into an empty database, in one transaction. `keys`: what else goes among the small things.
 * Throws `unavailable` with the mend.
 */
export async function moveToDatabase(folder: string, database: Database, keys: Record<string, unknown>): Promise<Moved> {
  if (!existsSync(fileOf(folder))) throw new EvenkeelError('unavailable', `${fileOf(folder)}: there is no such file.`)
  await migrate(database)
  await demandAlone(database)
  const [there] = await database.query<{ rows: number }>(
    `SELECT (SELECT count(*) FROM evenkeel.document WHERE NOT (noun = 'memory' AND id = $1)) + (SELECT count(*) FROM evenkeel.undo)
       + (SELECT count(*) FROM evenkeel.audit) AS rows`,
    [MADE_WITH_IT],
  )
  if (there!.rows > 0)
    throw new EvenkeelError(
      'unavailable',
      `${database.name}: holds ${there!.rows} rows of an Evenkeel already. Nothing was moved: name an empty database.`,
    )
  // Takes the lock, and takes in what the last run had no room for.
  createStore({ path: folder }).close()
  using db = new DatabaseSync(fileOf(folder), { readOnly: true })
  return await database.transaction(async (query) => {
    // It is for replicas that judge at the same time: what is moved goes over as it is.
    await query('ALTER TABLE evenkeel.document DISABLE TRIGGER one_open_finding')
    const documents = await eachPage(db, 'SELECT noun, id, json, number AS at FROM document WHERE number > ? ORDER BY number', (rows) =>
      putRows(query, rows),
    )
    const small = db
      .prepare("SELECT 'memory' AS noun, key AS id, json FROM memory ORDER BY key")
      .all()
      .filter(({ id }) => !OWN.some((prefix) => String(id).startsWith(prefix)))
    small.push(...Object.entries(keys).map(([id, value]) => ({ noun: 'memory', id, json: JSON.stringify(value) })))
    for (let at = 0; at < small.length; at += AT_ONCE) await putRows(query, small.slice(at, at + AT_ONCE))
    const undo = await eachPage(db, 'SELECT change, until, items, edits, batch AS at FROM undo WHERE batch > ? ORDER BY batch', (rows) =>
      query(
        'INSERT INTO evenkeel.undo (change, until, items, edits) SELECT * FROM unnest($1::text[], $2::bigint[], $3::integer[], $4::text[])',
        columns(rows, ['change', 'until', 'items', 'edits']),
      ),
    )
    const audit = await eachPage(db, `SELECT ${AUDIT_COLUMNS.join(', ')}, seq AS at_seq FROM audit WHERE seq > ? ORDER BY seq`, (rows) =>
      query(
        `INSERT INTO evenkeel.audit (${AUDIT_COLUMNS.join(', ')})
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])`,
        columns(rows, AUDIT_COLUMNS),
      ),
    )
    const head = db.prepare('SELECT seq, hash FROM audit_head').get()
    if (head) await query('UPDATE evenkeel.audit_head SET seq = $1, hash = $2 WHERE one = 1', [head.seq, head.hash])
    await demandWhole(await auditOf(query), head as AuditHead | undefined)
    await query('ALTER TABLE evenkeel.document ENABLE TRIGGER one_open_finding')
    return { documents, small: small.length, undo, audit }
  })
}

/** Copies it back into a new file in an empty folder. Answers the keys that are for files of their own, too. */
export async function moveToFolder(
  database: Database,
  folder: string,
  keys: readonly string[],
): Promise<Moved & { keys: Record<string, unknown> }> {
  if (existsSync(fileOf(folder)))
    throw new EvenkeelError(
      'unavailable',
      `${fileOf(folder)} is there already. Nothing was moved: name another folder, or move its evenkeel.db* files away.`,
    )
  await migrate(database)
  await demandAlone(database)
  const { query } = database
  const rows = await query<{ noun: string; id: string; json: string }>(
    'SELECT noun, id, json FROM evenkeel.document WHERE json IS NOT NULL ORDER BY number',
  )
  const undo = await query<Row>('SELECT change, until, items, edits FROM evenkeel.undo ORDER BY batch')
  const entries = await query<Row>(`SELECT ${AUDIT_COLUMNS.join(', ')} FROM evenkeel.audit ORDER BY seq`)
  const [head] = await query<AuditHead>('SELECT seq, hash FROM evenkeel.audit_head')
  await demandWhole(entries.map(entryOf), head)
  createStore({ path: folder }).close()
  using db = new DatabaseSync(fileOf(folder))
  const putAll = (sql: string, all: readonly Row[], names: readonly string[]) => {
    const statement = db.prepare(sql)
    for (const row of all) statement.run(...names.map((name) => row[name] as SQLInputValue))
  }
  const documents = rows.filter(({ noun }) => noun !== 'memory')
  const small = rows.filter(({ noun, id }) => noun === 'memory' && !keys.includes(id))
  db.exec('BEGIN IMMEDIATE')
  putAll('INSERT INTO document (noun, id, json) VALUES (?, ?, ?)', documents, ['noun', 'id', 'json'])
  putAll('INSERT OR REPLACE INTO memory (key, json) VALUES (?, ?)', small, ['id', 'json'])
  putAll('INSERT INTO undo (change, until, items, edits) VALUES (?, ?, ?, ?)', undo, ['change', 'until', 'items', 'edits'])
  putAll(`INSERT INTO audit (${AUDIT_COLUMNS.join(', ')}) VALUES (${AUDIT_COLUMNS.map(() => '?').join(', ')})`, entries, AUDIT_COLUMNS)
  if (head) db.prepare('UPDATE audit_head SET seq = ?, hash = ? WHERE one = 1').run(head.seq, head.hash)
  db.exec('COMMIT')
  const found = rows.filter(({ noun, id }) => noun === 'memory' && keys.includes(id))
  return {
    documents: documents.length,
    small: small.length,
    undo: undo.length,
    audit: entries.length,
    keys: Object.fromEntries(found.map(({ id, json }) => [id, JSON.parse(json) as unknown])),
  }
}

/** What runs meanwhile would be half in the copy. */
async function demandAlone({ query, name }: Database): Promise<void> {
  const [others] = await query<{ replicas: number }>(
    `SELECT count(DISTINCT application_name) AS replicas FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'evenkeel %' AND pid <> pg_backend_pid()
       AND application_name <> current_setting('application_name')`,
  )
  if (others!.replicas > 0)
    throw new EvenkeelError('unavailable', `${name}: ${others!.replicas} running Evenkeel(s) use it. Nothing was moved: stop them first.`)
}

async function demandWhole(entries: Iterable<AuditEntry>, head: AuditHead | undefined): Promise<void> {
  const { broken } = verifyChain(entries, { whole: true, head: head ?? null })
  if (broken)
    throw new EvenkeelError(
      'unavailable',
      `The audit log is broken at entry ${broken.seq} (${broken.what}). Nothing was moved: npm run audit says more.`,
    )
}

const auditOf = async (query: Query) => (await query<Row>('SELECT * FROM evenkeel.audit ORDER BY seq')).map(entryOf)

const columns = (rows: readonly Row[], names: readonly string[]) => names.map((name) => rows.map((row) => row[name]))

/** Later than all that is there, in the order that is given. */
const putRows = (query: Query, rows: readonly Row[]) =>
  query(
    `INSERT INTO evenkeel.document (noun, id, json, seq)
     SELECT t.noun, t.id, t.json, nextval('evenkeel.document_seq') FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS t (noun, id, json, place)
     ORDER BY t.place ON CONFLICT (noun, id) DO UPDATE SET json = excluded.json, seq = excluded.seq`,
    columns(rows, ['noun', 'id', 'json']),
  )

/** Page by page: `sql` takes the number after which a page begins, and answers it as `at` or `at_seq`. Resolves to how many rows there were. */
async function eachPage(db: DatabaseSync, sql: string, write: (rows: Row[]) => Promise<unknown>): Promise<number> {
  const select = db.prepare(`${sql} LIMIT ${AT_ONCE}`)
  let count = 0
  for (let after: SQLInputValue = -1; ; ) {
    const rows: Row[] = select.all(after)
    if (rows.length === 0) return count
    await write(rows)
    count += rows.length
    after = (rows.at(-1)!.at_seq ?? rows.at(-1)!.at) as SQLInputValue
  }
}
