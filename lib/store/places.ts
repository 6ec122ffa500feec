import { chmodSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EvenkeelError } from '../model/error.ts'
import type { Log } from '../model/log.ts'

/** The store's file and those beside it. */
export type Places = { file: string; wal: string; shm: string; lock: string; reserve: string; folder: string }

/** `path` is a `.db` file or a directory for `evenkeel.db`. */
export function placesOf(path: string): Places {
  const file = path.endsWith('.db') ? path : join(path, 'evenkeel.db')
  return { file, wal: `${file}-wal`, shm: `${file}-shm`, lock: `${file}-lock`, reserve: `${file}-reserve`, folder: dirname(file) }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error)
export const unusable = (file: string, words: string, cause?: unknown) => new EvenkeelError('unavailable', `${file}: ${words}`, { cause })

/** Makes the folder, and sees that what stands in it are files that we may read and write and nobody else may. */
export function preparePlaces(places: Places, log: Log): void {
  try {
    mkdirSync(places.folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const code = codeOf(error)
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file stands where a folder should: move it away, or choose another `data` folder'
        : code === 'ELOOP'
          ? 'its links lead in a circle: make it a folder'
          : `the folder cannot be made (${code}): check \`data\` and who owns it`
    throw unusable(places.folder, why, error)
  }
  const folder = statOf(places.folder)
  if (folder && (folder.mode & 0o022) !== 0)
    log.warn({ folder: places.folder }, 'others may write to the data folder, and so take its files away: give it mode 0700')
  for (const name of [places.file, places.wal, places.shm, places.lock, places.reserve]) {
    const found = statOf(name)
    if (!found) continue
    if (!found.isFile())
      throw unusable(
        name,
        `${found.isDirectory() ? 'a folder' : 'something else'} stands where a file should: move it away, then start again`,
      )
    if ((found.mode & 0o077) === 0) continue
    try {
      chmodSync(name, 0o600)
    } catch (error) {
      throw unusable(name, `others may read it, and that cannot be changed (${codeOf(error)}): let it belong to who runs Evenkeel`, error)
    }
  }
}

/** Null when there is nothing of that name. */
export function statOf(name: string): Stats | null {
  try {
    return statSync(name)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' && !isLink(name)) return null
    if (code === 'ENOENT') throw unusable(name, 'the link leads nowhere: remove it, or put back what it leads to', error)
    if (code === 'ELOOP') throw unusable(name, 'its links lead in a circle: remove them', error)
    throw unusable(name, `cannot be looked at (${code}): check who owns ${basename(dirname(name)) || 'the folder'}`, error)
  }
}

function isLink(name: string): boolean {
  try {
    return lstatSync(name).isSymbolicLink()
  } catch {
    return false
  }
}

/** As a file's name takes it: to the second, without colons. */
export const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')
