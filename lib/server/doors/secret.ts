import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The key that seals session cookies: made once, readable by us alone. */
export function sessionSecret(data: string): string {
  const path = join(data, 'session.key')
  try {
    const found = readFileSync(path, 'utf8').trim()
    if (found.length >= 43) return found
  } catch {
    // The first start makes it.
  }
  const made = randomBytes(48).toString('base64url')
  writePrivate(path, made)
  return made
}

export function writePrivate(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  // `mode` holds only for a file that is made: an older one may have been readable.
  rmSync(path, { force: true })
  writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' })
}
