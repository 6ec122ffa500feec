import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { reasonOf, startAdvice } from './failure.ts'
import { type Places, unusable } from './places.ts'

/** A connection to a database file, which is made where there is none. */
export function connect(name: string, busyMs: number): DatabaseSync {
  // SQLite makes its files readable for all; those beside it get the mode of the database. Not where it stands already: to close a file
  // lets go of every lock that this process has on it.
  if (!existsSync(name)) closeSync(openSync(name, 'a', 0o600))
  const db = new DatabaseSync(name)
  db.exec(`PRAGMA busy_timeout = ${busyMs}`)
  return db
}

/** The lock file of the store. Held as long as the process lives, whatever way it ends: two processes on one store would overwrite each other's samples. */
export function takeLock({ lock }: Places, busyMs: number): DatabaseSync {
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
      if (reasonOf(error) !== 'damaged' || tries > 0) throw unusable(lock, startAdvice(error), error)
      rmSync(lock)
    }
  }
}
