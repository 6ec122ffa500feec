import { DatabaseSync } from 'node:sqlite'
import { EvenkeelError } from '../model/error.ts'

/** What marks a SQLite file as ours: "Evkl". */
const APPLICATION_ID = 0x45766b6c

/** Each step takes the file from the version before to the next. A step that was released is never edited. */
const STEPS = [
  `
  CREATE TABLE series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL, labels TEXT NOT NULL, step_ms INTEGER NOT NULL,
    last_at INTEGER NOT NULL, coarse_to INTEGER NOT NULL, UNIQUE (metric, labels));
  CREATE TABLE chunk (series INTEGER NOT NULL, level INTEGER NOT NULL, from_at INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE INDEX chunk_by_series ON chunk (series, level, from_at);
  CREATE TABLE recovery (number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE document (number INTEGER PRIMARY KEY, noun TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (noun, id));
  CREATE TABLE memory (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE record (kind TEXT NOT NULL, target TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (kind, target, id)) WITHOUT ROWID;
  `,
  // Ten-second stretches are made of six hours of chunks at once, no longer of each chunk.
  `
  ALTER TABLE series ADD COLUMN fine_to INTEGER NOT NULL DEFAULT 0;
  DELETE FROM chunk WHERE level = 1;
  `,
  // What long work is put back with.
  `
  CREATE TABLE undo (batch INTEGER PRIMARY KEY AUTOINCREMENT, change TEXT NOT NULL, until INTEGER NOT NULL, items INTEGER NOT NULL,
    edits TEXT NOT NULL);
  CREATE INDEX undo_by_change ON undo (change, batch);
  `,
  // The audit log: entries are only ever added, whatever program has the file open; the head record tells when a tail was cut off.
  `
  CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, by TEXT, how TEXT NOT NULL, sender TEXT,
    about TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL);
  CREATE TRIGGER audit_insert BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq >= new.seq)
    BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL);
  INSERT INTO audit_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
  CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head WHEN new.seq < old.seq
    BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
  `,
]
/** The version of the file that brought the audit log: a file of that version or later without one has been tampered with. */
export const AUDIT_VERSION = STEPS.findIndex((step) => step.includes('CREATE TABLE audit ')) + 1

/** Takes the file to this version. Throws `unavailable` with the mend when it is of a newer one or of another program. */
export function migrate(db: DatabaseSync): void {
  const number = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get()!)[0] as number
  const version = number('user_version')
  const owner = number('application_id')
  if (owner !== APPLICATION_ID && (owner !== 0 || version !== 0 || number('schema_version') !== 0))
    throw new EvenkeelError('unavailable', 'the store file belongs to another program: choose another `data` directory')
  if (version > STEPS.length)
    throw new EvenkeelError(
      'unavailable',
      `the store file was written by a newer Evenkeel (its version is ${version}, this one knows ${STEPS.length}): start that one, or choose another \`data\` directory`,
    )
  if (version === STEPS.length) return
  db.exec('BEGIN IMMEDIATE')
  for (const step of STEPS.slice(version)) db.exec(step)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STEPS.length}; COMMIT`)
}

/** What a file of this version has: columns by table. */
export function tablesOf(db: DatabaseSync): Map<string, string[]> {
  const tables = new Map<string, string[]>()
  for (const { name } of db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .all())
    tables.set(
      name as string,
      db
        .prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid')
        .all(name as string)
        .map((column) => column.name as string),
    )
  return tables
}

/** A table or column that a file of this version should have and that one has not, or null. */
export function missingFrom(db: DatabaseSync): string | null {
  using fresh = freshly()
  const there = tablesOf(db)
  for (const [table, columns] of tablesOf(fresh)) {
    const found = there.get(table)
    if (!found) return `the table ${table} is missing`
    const column = columns.find((name) => !found.includes(name))
    if (column) return `the column ${column} of the table ${table} is missing`
  }
  return null
}

function freshly(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  return db
}
