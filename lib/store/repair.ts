import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { EvenkeelError } from '../model/error.ts'
import { connect } from './connection.ts'
import { reasonOf } from './failure.ts'
import { mendFirstPage, PAGE } from './firstPage.ts'
import { type Places, stamp, unusable } from './places.ts'
import type { Reserve } from './reserve.ts'
import { type Saved, salvage } from './salvage.ts'
import { migrate } from './schema.ts'

type RepairOptions = { busyMs: number; now(): number }

/** Saves what can be read into a fresh file and keeps the damaged one. Returns the sentence that reports it. */
export function repair(places: Places, { now, busyMs }: RepairOptions, found: string, reserve: Reserve): string {
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
    return reportOf(basename(file), basename(aside), found, saved)
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

/** The sentence that reports a repair. */
function reportOf(file: string, aside: string, found: string, saved: readonly Saved[]): string {
  const rows = saved.reduce((sum, table) => sum + table.rows, 0)
  const torn = saved.filter(({ whole }) => !whole).map(({ table }) => table)
  const lost =
    torn.length === 0
      ? 'Nothing is missing.'
      : `Rows are missing in: ${torn.join(', ')}.${torn.includes('document') || torn.includes('undo') ? ' Changes may be among them: compare the servers with the page of changes.' : ''}`
  return `${file} was damaged (${found.slice(0, 120)}). ${rows} rows could be read and are in a new file; the damaged one is kept as ${aside}. ${lost}`
}
