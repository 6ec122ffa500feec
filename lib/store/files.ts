import { chmodSync, closeSync, copyFileSync, existsSync, fstatSync, fsyncSync, linkSync, openSync, readSync, renameSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs' // biome-ignore format: one line
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EvenkeelError } from '../model/error.ts'
import type { Log } from '../model/log.ts'
import { reasonOf } from './failure.ts'
import { type Places, placesOf, preparePlaces, statOf, unusable } from './places.ts'
import { giveRoom, Reserve } from './reserve.ts'
import { type Saved, salvage } from './salvage.ts'
import { migrate, missingFrom } from './schema.ts'

/** Another connection may hold the file for a moment, a backup's perhaps. */
const RUNNING_BUSY_MS = 250
/** A file of this size is looked through at each start: about 200 ms. A larger one when something about it is odd. */
const CHECKED_BYTES = 64 * 1024 * 1024
const PAGE = 8192
const MAYBE_LOST = 'What was written last is lost, changes among it perhaps: compare the servers with the page of changes.'
const MAGIC = 'SQLite format 3\u0000'
/** SQLite's file format: the head's length, and the two types of a page of a table. */
const HEAD = 100
const LEAF_TABLE = 13
const INNER_TABLE = 5

export type Files = {
  /** For samples and what may lose its last moments in a power cut (never in a crash of the process). */
  db: DatabaseSync
  /** For what must be on the disk when `put` returns. The same as `db` for `:memory:`. */
  durable: DatabaseSync
  /** Null for `:memory:`. */
  reserve: Reserve | null
  /** What this start has mended or left out: sentences. */
  repairs: string[]
  /** Bytes free on the disk of the file, or null when nobody knows. */
  free(): number | null
  /** True while the file stands where it was opened. */
  inPlace(): boolean
  /** The file was found damaged while in use: the next start looks through it. */
  suspect(): void
  close(): void
}

export type OpenOptions = { busyMs: number; now(): number; log: Log /** Look through the whole file. */; suspicious?: boolean }

/**
 * Opens the store's file, makes it, brings it to this version, or saves what can be read of a damaged one into a fresh one and keeps the
 * damaged one. `path` is a `.db` file, a directory for `evenkeel.db`, or `:memory:`. Throws `unavailable`, naming the file and the mend.
 */
export function openFiles(path: string, options: OpenOptions): Files {
  if (path === ':memory:') {
    const db = new DatabaseSync(path)
    migrate(db)
    const nothing = () => {}
    return { db, durable: db, reserve: null, repairs: [], free: () => null, inPlace: () => true, suspect: nothing, close: () => db.close() }
  }
  const places = placesOf(path)
  preparePlaces(places, options.log)
  const lock = takeLock(places, options.busyMs)
  try {
    return openLocked(places, lock, options)
  } catch (error) {
    lock.close()
    throw error instanceof EvenkeelError ? error : unusable(places.file, wordsFor(error), error)
  }
}

function openLocked(places: Places, lock: DatabaseSync, options: OpenOptions): Files {
  const { file } = places
  const repairs: string[] = []
  const say = (text: string) => {
    repairs.push(text)
    options.log.warn({}, text)
  }
  const known = existsSync(places.reserve)
  refuseMissing(places, known)
  const aside = setAsideGarbage(places, options, say)
  const reserve = openReserve(places)
  try {
    if (reserve.unreadable) say(`${basename(places.reserve)} could not be read and was made anew. ${MAYBE_LOST}`)
    if (reserve.has('open') && existsSync(file) && !existsSync(places.wal) && !aside)
      say(
        `${basename(places.wal)} is missing though Evenkeel had not been closed. Unless another program has opened the database since and taken it in: ${MAYBE_LOST}`,
      )
    let first = newFirstPage(file, reserve)
    let opened = tryOpen(places, options, options.suspicious === true || reserve.has('suspect'))
    if (typeof opened === 'string') {
      say(repair(places, options, opened, reserve))
      first = null
      opened = tryOpen(places, options, false)
      if (typeof opened === 'string') throw unusable(file, `is damaged (${opened}) and could not be mended: restore it from a backup`)
    }
    const db = opened
    const durable = connect(file, options.busyMs)
    durable.exec('PRAGMA synchronous = FULL')
    reserve.set('suspect', null)
    reserve.set('open', 'true')
    if (first) reserve.set('page', first)
    // From now on nobody is waited for: the next tick tries again.
    for (const one of [db, durable]) one.exec(`PRAGMA busy_timeout = ${RUNNING_BUSY_MS}`)
    const { ino } = statSync(file)
    return {
      db,
      durable,
      reserve,
      repairs,
      free() {
        try {
          const { bavail, bsize } = statfsSync(places.folder)
          return bavail * bsize
        } catch {
          return null
        }
      },
      inPlace: () => statSync(file, { throwIfNoEntry: false })?.ino === ino,
      suspect: () => reserve.set('suspect', 'true'),
      close() {
        const rescued = `${file}-rescued`
        let away = false
        try {
          durable.close()
          db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
          away = !existsSync(file)
          if (away) db.exec(`VACUUM INTO '${rescued.replaceAll("'", "''")}'`)
        } catch (error) {
          options.log.warn({ err: error }, 'the database could not be tidied up at the end')
        } finally {
          db.close()
          // Only now: the log of the one that was taken away is gone.
          if (away && existsSync(rescued)) {
            chmodSync(rescued, 0o600)
            renameSync(rescued, file)
            options.log.warn({}, `${basename(file)} had been taken away; all that Evenkeel knows is in a new one`)
          }
          reserve.set('open', null)
          reserve.close()
          lock.close()
        }
      },
    }
  } catch (error) {
    reserve.close()
    // It would say that there was a database.
    if (!known) rmSync(places.reserve)
    throw error
  }
}

function connect(name: string, busyMs: number): DatabaseSync {
  // SQLite makes its files readable for all; those beside it get the mode of the database. Not where it stands already: to close a file
  // lets go of every lock that this process has on it.
  if (!existsSync(name)) closeSync(openSync(name, 'a', 0o600))
  const db = new DatabaseSync(name)
  db.exec(`PRAGMA busy_timeout = ${busyMs}`)
  return db
}

/** Held as long as the process lives, whatever way it ends: two processes on one store would overwrite each other's samples. */
function takeLock({ lock }: Places, busyMs: number): DatabaseSync {
  for (let tries = 0; ; tries++) {
    let db: DatabaseSync | null = null
    try {
      db = connect(lock, busyMs)
      // No journal on the disk: a full one must not keep the lock from being taken.
      db.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      return db
    } catch (error) {
      db?.close()
      // Nothing is ever written to it: whatever stands in it is garbage, and nobody holds it.
      if (reasonOf(error) !== 'damaged' || tries > 0) throw unusable(lock, wordsFor(error), error)
      rmSync(lock)
    }
  }
}

function openReserve({ reserve }: Places): Reserve {
  try {
    return new Reserve(reserve)
  } catch (error) {
    throw unusable(reserve, wordsFor(error), error)
  }
}

/** To start empty where there was something would forget changes that are in flight. */
function refuseMissing({ file, wal, reserve }: Places, known: boolean): void {
  if ((statOf(file)?.size ?? 0) > 0) return
  const left = known ? reserve : (statOf(wal)?.size ?? 0) > 0 ? wal : null
  if (!left) return
  throw unusable(
    file,
    `${existsSync(file) ? 'is empty' : 'is missing'}, and ${basename(left)} beside it says that there was a database: put it back from a backup; ` +
      `or, to forget everything and the changes in flight too, move all ${basename(file)}* files away`,
  )
}

/** SQLite would take no notice of a log that it cannot read, and write over it. */
function setAsideGarbage({ wal }: Places, { now }: OpenOptions, say: (text: string) => void): boolean {
  const size = statOf(wal)?.size ?? 0
  if (size === 0) return false
  const head = readStart(wal, 32)
  if (head.length === 32 && (head.readUInt32BE(0) | 1) === 0x377f0683) return false
  const aside = `${wal}.damaged-${stamp(now())}`
  renameSync(wal, aside)
  say(`${basename(wal)} could not be read and is kept as ${basename(aside)}. ${MAYBE_LOST}`)
  return true
}

/** The database, or what is wrong with it. */
function tryOpen(places: Places, options: OpenOptions, suspicious: boolean): DatabaseSync | string {
  let db: DatabaseSync | null = null
  const ended = (what: string) => {
    db?.close()
    return what
  }
  try {
    db = connect(places.file, options.busyMs)
    if (numberOf(db, 'schema_version') === 0) db.exec(`PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = INCREMENTAL`)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000')
    migrate(db)
    const missing = missingFrom(db)
    if (missing) return ended(missing)
    const { size } = statSync(places.file)
    const pages = numberOf(db, 'page_count')
    if (suspicious || size <= CHECKED_BYTES || size + (statOf(places.wal)?.size ?? 0) < pages * PAGE) {
      const found = Object.values(db.prepare(`PRAGMA ${size <= CHECKED_BYTES ? 'integrity' : 'quick'}_check(1)`).get()!)[0] as string
      if (found !== 'ok') return ended(found.replaceAll(/\s+/g, ' '))
    }
    return db
  } catch (error) {
    db?.close()
    if (error instanceof EvenkeelError) throw unusable(places.file, error.message, error)
    const reason = reasonOf(error)
    if (reason === 'damaged') return (error as Error).message
    if ((reason === 'full' || reason === 'broken') && giveRoom(places.reserve)) return tryOpen(places, options, suspicious)
    throw error
  }
}

/** Saves what can be read into a fresh file and keeps the damaged one. Returns what is to be said of it. */
function repair(places: Places, { now, busyMs }: OpenOptions, found: string, reserve: Reserve): string {
  const { file, wal, shm } = places
  const fresh = `${file}-repair`
  const source = `${file}-source`
  const beside = (name: string) => [name, `${name}-wal`, `${name}-shm`]
  const scraps = [...beside(fresh), ...beside(source)]
  for (const scrap of scraps) rmSync(scrap, { force: true })
  let from: DatabaseSync | null = null
  let to: DatabaseSync | null = null
  try {
    // A copy: what is damaged is kept as it is.
    copyFileSync(file, source)
    if (existsSync(wal)) copyFileSync(wal, `${source}-wal`)
    to = connect(fresh, busyMs)
    to.exec(`PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF`)
    migrate(to)
    mendFirstPage(source, fresh, reserve)
    from = connect(source, busyMs)
    const saved = salvage(from, to)
    refuseEmpty(file, found, saved)
    to.close()
    to = null
    syncFile(fresh)
    const aside = `${file}.damaged-${stamp(now())}`
    keepAs(file, aside)
    if (existsSync(wal)) renameSync(wal, `${aside}-wal`)
    rmSync(shm, { force: true })
    renameSync(fresh, file)
    syncFile(places.folder)
    return saidOf(basename(file), basename(aside), found, saved)
  } catch (error) {
    if (error instanceof EvenkeelError) throw error
    const reason = reasonOf(error)
    throw reason === 'full'
      ? unusable(file, `is damaged (${found}), and there is no room to mend it: free as much as the file is large, then start again`, error)
      : hopeless(file, found, error)
  } finally {
    from?.close()
    to?.close()
    for (const scrap of scraps) rmSync(scrap, { force: true })
  }
}

/** At no moment is there no file of its name: a start after a crash would say that it was taken away. */
function keepAs(file: string, aside: string): void {
  try {
    linkSync(file, aside)
  } catch {
    // A file system without links.
    renameSync(file, aside)
  }
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Without one readable document nobody knows what was in flight. */
function refuseEmpty(file: string, found: string, saved: readonly Saved[]): void {
  const documents = saved.find(({ table }) => table === 'document')
  if (!documents || (documents.rows === 0 && !documents.whole)) throw hopeless(file, found)
}

const hopeless = (file: string, found: string, cause?: unknown) =>
  unusable(
    file,
    `is damaged (${found}), and nothing of it can be read: restore it from a backup; or, to forget everything and the changes in flight too, move all ${basename(file)}* files away`,
    cause,
  )

function saidOf(file: string, aside: string, found: string, saved: readonly Saved[]): string {
  const rows = saved.reduce((sum, table) => sum + table.rows, 0)
  const torn = saved.filter(({ whole }) => !whole).map(({ table }) => table)
  const lost =
    torn.length === 0
      ? 'Nothing is missing.'
      : `Rows are missing in: ${torn.join(', ')}.${torn.includes('document') || torn.includes('undo') ? ' Changes may be among them: compare the servers with the page of changes.' : ''}`
  return `${file} was damaged (${found.slice(0, 120)}). ${rows} rows could be read and are in a new file; the damaged one is kept as ${aside}. ${lost}`
}

/**
 * The first page says where every table begins: without it nothing is found. Read before the database is opened, because to close the file
 * would let go of its locks. Null when it is known already, or is none.
 */
function newFirstPage(file: string, reserve: Reserve): string | null {
  if (!existsSync(file)) return null
  const page = readStart(file, PAGE)
  if (page.length < PAGE || page.toString('latin1', 0, 16) !== MAGIC) return null
  // Counters of its head change with each checkpoint, and nobody needs them.
  const known = reserve.get('page')
  return known && Buffer.from(known, 'base64').subarray(100).equals(page.subarray(100)) ? null : page.toString('base64')
}

/** Makes the first page of a damaged file readable: from what was remembered of it, its head from a fresh file if need be. */
function mendFirstPage(file: string, fresh: string, reserve: Reserve): void {
  const page = readStart(file, PAGE)
  if (page.length < PAGE) return
  const known = reserve.get('page')
  const hasHead = page.toString('latin1', 0, 16) === MAGIC
  const hasTree = page[HEAD] === LEAF_TABLE || page[HEAD] === INNER_TABLE
  if (known && !(hasHead && hasTree)) Buffer.from(known, 'base64').copy(page)
  else if (!hasHead) readStart(fresh, HEAD).copy(page)
  // It has a log.
  page[18] = page[19] = 2
  // The number of pages in the head counts only when these two agree: now the file's own size does.
  page.writeUInt32BE((page.readUInt32BE(24) ^ 1) >>> 0, 92)
  const fd = openSync(file, 'r+')
  try {
    writeSync(fd, page, 0, page.length, 0)
  } finally {
    closeSync(fd)
  }
}

function readStart(file: string, bytes: number): Buffer {
  const fd = openSync(file, 'r')
  try {
    const out = Buffer.alloc(Math.min(bytes, fstatSync(fd).size))
    readSync(fd, out, 0, out.length, 0)
    return out
  } finally {
    closeSync(fd)
  }
}

const numberOf = (db: DatabaseSync, pragma: string) => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get()!)[0])
/** As a file's name takes it: to the second, without colons. */
const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')

/** What to do about an error of a start. */
export function wordsFor(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  switch (reasonOf(error)) {
    case 'locked':
      return 'another Evenkeel is running on this `data` directory: stop it, or choose another'
    case 'damaged':
      return `is damaged (${text}): restore it from a backup, or move it away to start afresh`
    case 'full':
      return 'the disk is full: free at least 8 MB on it, then start again'
    case 'read_only':
      return `cannot be opened for writing (${text}): check \`data\`, who owns it, and how its disk is mounted`
    case 'broken':
      return `cannot be opened (${text}): check \`data\`, who owns it, and its disk`
    default:
      return text
  }
}
