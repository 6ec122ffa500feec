import { chmodSync, existsSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EvenkeelError } from '../model/error.ts'
import type { Log } from '../model/log.ts'
import { connect, takeLock } from './connection.ts'
import { reasonOf, startAdvice } from './failure.ts'
import { newFirstPage, PAGE, readStart } from './firstPage.ts'
import { type Places, placesOf, preparePlaces, stamp, statOf, unusable } from './places.ts'
import { repair } from './repair.ts'
import { giveRoom, Reserve } from './reserve.ts'
import { migrate, missingFrom } from './schema.ts'

/** Another connection may hold the file for a moment, a backup's perhaps. */
const RUNNING_BUSY_MS = 250
/** A file of this size is looked through at each start: about 200 ms. A larger one when something about it is odd. */
const CHECKED_BYTES = 64 * 1024 * 1024
/** Pages of the log that a checkpoint takes over into the file, in the write that reaches them: 2 MiB. Of SQLite's 1,000 pages it waits for the disk four times as long. */
const CHECKPOINT_PAGES = 256
/** Pages that SQLite keeps in memory, the system keeps all of them too: with four times as many a large fleet's tick takes as long. */
const CACHE_KB = 4_000
const MAYBE_LOST = 'What was written last is lost, changes among it perhaps: compare the servers with the page of changes.'

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
    throw error instanceof EvenkeelError ? error : unusable(places.file, startAdvice(error), error)
  }
}

function openLocked(places: Places, lock: DatabaseSync, options: OpenOptions): Files {
  const { file } = places
  const repairs: string[] = []
  const report = (text: string) => {
    repairs.push(text)
    options.log.warn({}, text)
  }
  const known = existsSync(places.reserve)
  refuseMissing(places, known)
  const aside = setAsideGarbage(places, options, report)
  const reserve = openReserve(places)
  try {
    if (reserve.unreadable) report(`${basename(places.reserve)} could not be read and was made anew. ${MAYBE_LOST}`)
    if (reserve.has('open') && existsSync(file) && !existsSync(places.wal) && !aside)
      report(
        `${basename(places.wal)} is missing though Evenkeel had not been closed. Unless another program has opened the database since and taken it in: ${MAYBE_LOST}`,
      )
    let first = newFirstPage(file, reserve)
    let opened = tryOpen(places, options, options.suspicious === true || reserve.has('suspect'))
    if (typeof opened === 'string') {
      report(repair(places, options, opened, reserve))
      first = null
      opened = tryOpen(places, options, false)
      if (typeof opened === 'string') throw unusable(file, `is damaged (${opened}) and could not be mended: restore it from a backup`)
    }
    const db = opened
    const durable = connect(file, options.busyMs)
    durable.exec('PRAGMA synchronous = FULL')
    checkpointOften(durable)
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
        durable.close()
        closeDatabase(db, file, options.log)
        reserve.set('open', null)
        reserve.close()
        lock.close()
      },
    }
  } catch (error) {
    reserve.close()
    // It would report that there was a database.
    if (!known) rmSync(places.reserve)
    throw error
  }
}

function openReserve({ reserve }: Places): Reserve {
  try {
    return new Reserve(reserve)
  } catch (error) {
    throw unusable(reserve, startAdvice(error), error)
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
function setAsideGarbage({ wal }: Places, { now }: OpenOptions, report: (text: string) => void): boolean {
  const size = statOf(wal)?.size ?? 0
  if (size === 0) return false
  const head = readStart(wal, 32)
  if (head.length === 32 && (head.readUInt32BE(0) | 1) === 0x377f0683) return false
  const aside = `${wal}.damaged-${stamp(now())}`
  renameSync(wal, aside)
  report(`${basename(wal)} could not be read and is kept as ${basename(aside)}. ${MAYBE_LOST}`)
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
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KB}`)
    checkpointOften(db)
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

const checkpointOften = (db: DatabaseSync) => db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)

const numberOf = (db: DatabaseSync, pragma: string) => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get()!)[0])

/** Ends the database tidily; where its file was taken away meanwhile, writes all that is known to a new one. */
function closeDatabase(db: DatabaseSync, file: string, log: Log): void {
  const rescued = `${file}-rescued`
  let away = false
  try {
    db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
    away = !existsSync(file)
    if (away) db.exec(`VACUUM INTO '${rescued.replaceAll("'", "''")}'`)
  } catch (error) {
    log.warn({ err: error }, 'the database could not be tidied up at the end')
  } finally {
    db.close()
    // Only now: the log of the one that was taken away is gone.
    if (away && existsSync(rescued)) {
      chmodSync(rescued, 0o600)
      renameSync(rescued, file)
      log.warn({}, `${basename(file)} had been taken away; all that Evenkeel knows is in a new one`)
    }
  }
}
