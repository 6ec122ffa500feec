import { mkdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EvenkeelError } from '../model/error.ts'
import { Reserve } from './reserve.ts'

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

/** Another connection may hold the file for a moment, a backup's perhaps. */
const RUNNING_BUSY_MS = 250

export type Files = {
  /** For samples and what may lose its last moments in a power cut (never in a crash of the process). */
  db: DatabaseSync
  /** For what must be on the disk when `put` returns. The same as `db` for `:memory:`. */
  durable: DatabaseSync
  /** Null for `:memory:`. */
  reserve: Reserve | null
  /** Bytes free on the disk of the file, or null when nobody knows. */
  free(): number | null
  /** True while the file stands where it was opened. */
  inPlace(): boolean
  close(): void
}

/**
 * Opens the store's file, makes it, or brings it to this version. `path` is a `.db` file, a directory for `evenkeel.db`, or `:memory:`.
 * Throws `unavailable` with the mend when the file is of a newer version, of another program, damaged, or in use for longer than `busyMs`.
 */
export function openFiles(path: string, busyMs = 5_000): Files {
  if (path === ':memory:') {
    const db = new DatabaseSync(path)
    migrate(db)
    return { db, durable: db, reserve: null, free: () => null, inPlace: () => true, close: () => db.close() }
  }
  const file = path.endsWith('.db') ? path : join(path, 'evenkeel.db')
  const opened: DatabaseSync[] = []
  try {
    mkdirSync(dirname(file), { recursive: true })
    const open = (name: string) => {
      const db = new DatabaseSync(name)
      opened.push(db)
      db.exec(`PRAGMA busy_timeout = ${busyMs}`)
      return db
    }
    // Held as long as the process lives, whatever way it ends: two processes on one store would overwrite each other's samples.
    const lock = open(`${file}-lock`)
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const db = open(file)
    db.exec(
      'PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000',
    )
    migrate(db)
    const durable = open(file)
    durable.exec('PRAGMA synchronous = FULL')
    const reserve = new Reserve(`${file}-reserve`)
    // From now on nobody is waited for: the next tick tries again.
    for (const one of [db, durable]) one.exec(`PRAGMA busy_timeout = ${RUNNING_BUSY_MS}`)
    const { ino } = statSync(file)
    return {
      db,
      durable,
      reserve,
      free() {
        try {
          const { bavail, bsize } = statfsSync(dirname(file))
          return bavail * bsize
        } catch {
          return null
        }
      },
      inPlace: () => statSync(file, { throwIfNoEntry: false })?.ino === ino,
      close() {
        durable.close()
        reserve.close()
        try {
          db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
        } finally {
          db.close()
          lock.close()
        }
      },
    }
  } catch (error) {
    for (const db of opened.reverse()) db.close()
    throw error instanceof EvenkeelError ? error : new EvenkeelError('unavailable', `${file}: ${reason(error)}`, { cause: error })
  }
}

function migrate(db: DatabaseSync): void {
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

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (/locked|busy/i.test(text)) return 'another Evenkeel is running on this `data` directory: stop it, or choose another'
  if (/not a database|malformed|corrupt/i.test(text)) return `is damaged (${text}): move it away to start afresh, or restore it`
  if (/unable to open|EACCES|EROFS|ENOTDIR|readonly/i.test(text))
    return `cannot be opened for writing (${text}): check \`data\` and its owner`
  return text
}
