import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EvenkeelError } from '../model/error.ts'
import type { Memory } from '../model/store.ts'

/** The key in the database that replicas share, which is made with it. */
export const SHARED_KEY = 'keys/session'

/** The key that seals session cookies: of replicas the one that they share, else the one in the data folder. */
export const sealingKey = (memory: Memory, data: string): string => memory.get<string>(SHARED_KEY) ?? sessionSecret(data)

/** The key in the data folder: made once, readable by us alone. One that is damaged is made anew: everybody signs in again. */
export function sessionSecret(data: string): string {
  const path = join(data, 'session.key')
  try {
    const found = readFileSync(path, 'utf8').trim()
    if (/^[\w-]{43,}$/.test(found)) return found
  } catch {
    // The first start makes it.
  }
  const made = randomBytes(48).toString('base64url')
  writePrivate(path, made)
  return made
}

/** Throws `unavailable`, naming the file and the mend. */
export function writePrivate(path: string, text: string): void {
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    // `mode` holds only for a file that is made: an older one may have been readable.
    rmSync(path, { force: true })
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const mend =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'the disk is full: free some room'
        : code?.endsWith('EISDIR')
          ? 'a folder stands where a file should: move it away'
          : `it cannot be written (${code}): check who owns it and how its disk is mounted`
    throw new EvenkeelError('unavailable', `${path}: ${mend}, then start again.`, { cause: error })
  }
}
