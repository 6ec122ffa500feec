import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { EvenkeelError } from '../model/error.ts'
import { takeLock } from './connection.ts'
import { placesOf, stamp } from './places.ts'

const DATABASE = 'evenkeel.db'
/** What of a data folder is worth a backup beside the database; each is there or not. */
const KEYS = ['session.key', 'webpush.key'] as const
const MANIFEST = 'backup.json'

const manifest = z.object({
  format: z.literal(1),
  /** ISO 8601. */
  at: z.string(),
  files: z.array(z.object({ name: z.enum([DATABASE, ...KEYS]), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })).min(1),
})
/** What a backup holds, with the digest of each file. */
export type BackupManifest = z.infer<typeof manifest>

const refused = (text: string, cause?: unknown) => new EvenkeelError('unavailable', text, { cause })

/**
 * Copies a data folder into a new folder, while Evenkeel runs or not, by SQLite's online backup. The manifest is written last: a folder without
 * one is no backup. Throws `unavailable` when there is no database, or the folder is not empty, or the copy is damaged.
 */
export async function backUp(data: string, to: string, now: number): Promise<BackupManifest> {
  const { file } = placesOf(data)
  await stat(file).catch((error: unknown) => Promise.reject(refused(`${file}: there is no database to back up.`, error)))
  await mkdir(to, { recursive: true, mode: 0o700 })
  if ((await readdir(to)).length > 0) throw refused(`${to} is not empty: name a new folder for each backup.`)
  const copy = join(to, DATABASE)
  const source = new DatabaseSync(file, { readOnly: true })
  try {
    source.exec('PRAGMA busy_timeout = 5000')
    await copyDatabase(source, copy)
  } finally {
    source.close()
  }
  checkWhole(copy)
  await chmod(copy, 0o600)
  const names: BackupManifest['files'][number]['name'][] = [DATABASE]
  for (const key of KEYS) {
    const there = await copyFile(join(data, key), join(to, key)).then(() => true, isMissing)
    if (!there) continue
    await chmod(join(to, key), 0o600)
    names.push(key)
  }
  const files = await Promise.all(names.map(async (name) => ({ name, ...(await digestOf(join(to, name))) })))
  const made: BackupManifest = { format: 1, at: new Date(now).toISOString(), files }
  await writeFile(join(to, MANIFEST), `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flush: true })
  return made
}

export type Restored = BackupManifest & {
  /** Where what was in the data folder before was moved to; null when there was nothing. */
  replaced: string | null
}

/**
 * Puts a backup in place of what a data folder holds, which is moved aside and kept. Checks every file before it touches anything, and holds the
 * store's lock meanwhile. Throws `unavailable` while Evenkeel runs on the folder, or when the backup is not whole.
 */
export async function restore(from: string, data: string, now: number): Promise<Restored> {
  const made = await readManifest(from)
  for (const { name, sha256 } of made.files) {
    const found = await digestOf(join(from, name)).catch((error: unknown) =>
      Promise.reject(refused(`${from}: ${name} cannot be read.`, error)),
    )
    if (found.sha256 !== sha256)
      throw refused(`${from}: ${name} was changed since the backup: found SHA-256 ${found.sha256}, expected ${sha256}.`)
  }
  checkWhole(join(from, DATABASE))
  await mkdir(data, { recursive: true, mode: 0o700 })
  const places = placesOf(data)
  const lock = takeLock(places, 0)
  try {
    const old = (await readdir(data)).filter((name) => isOwn(name) && join(data, name) !== places.lock)
    const replaced = old.length > 0 ? join(data, `replaced-${stamp(now)}`) : null
    if (replaced) await mkdir(replaced, { mode: 0o700 })
    for (const name of old) await rename(join(data, name), join(replaced!, name))
    for (const { name } of made.files) {
      await copyFile(join(from, name), join(data, name))
      await chmod(join(data, name), 0o600)
    }
    return { ...made, replaced }
  } finally {
    lock.close()
  }
}

const isOwn = (name: string): boolean => name.startsWith(DATABASE) || KEYS.some((key) => key === name)

async function readManifest(from: string): Promise<BackupManifest> {
  const path = join(from, MANIFEST)
  const text = await readFile(path, 'utf8').catch((error: unknown) =>
    Promise.reject(refused(`${path} cannot be read: this is no backup, or one that did not end.`, error)),
  )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw refused(`${path} is not JSON.`, error)
  }
  const parsed = manifest.safeParse(value)
  if (!parsed.success) throw refused(`${path}: ${parsed.error.issues[0]!.path.join('.')}: ${parsed.error.issues[0]!.message}`)
  return parsed.data
}

function checkWhole(path: string): void {
  let found: unknown
  try {
    // Immutable: nobody writes it, and a reader would leave files of its own beside it.
    const url = pathToFileURL(path)
    url.search = 'immutable=1'
    const db = new DatabaseSync(url, { readOnly: true })
    try {
      found = Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})[0]
    } finally {
      db.close()
    }
  } catch (error) {
    throw refused(`${path} is no database that can be read: ${(error as Error).message}.`, error)
  }
  if (found !== 'ok') throw refused(`${path} is damaged: ${String(found)}.`)
}

async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of createReadStream(path)) {
    hash.update(part as Buffer)
    bytes += (part as Buffer).length
  }
  return { bytes, sha256: hash.digest('hex') }
}

function isMissing(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
  throw error
}
