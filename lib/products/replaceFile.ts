import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EvenkeelError } from '../model/error.ts'
import type { Cause } from '../model/product.ts'

/** Old texts that are kept of one file: the newest ones. */
export const KEPT_MAX = 10

/** The ids of changes; they become part of a file's name. */
const CHANGE_ID = /^[0-9a-f]{16}$/

/** A configuration file's text. Throws `unreachable` or `malformed`, naming the file and never its folder. */
export async function readText(path: string): Promise<string> {
  const name = basename(path)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw trouble(error, name, 'read')
  })
  const text = bytes.toString('utf8')
  // What is no UTF-8 would come back as other bytes.
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new EvenkeelError('malformed', `${name} is not UTF-8: Evenkeel does not edit it`)
  return text
}

/**
 * Replaces a configuration file whole or not at all, if it still holds `from` (else `drift`): a temporary file beside it, fsync, rename,
 * fsync of the folder. Mode and owner stay; behind a symbolic link the real file is written. What the file held before is kept beside it as
 * `.FILE.evenkeel-CHANGE`. All names that Evenkeel makes begin with a dot: `include upstreams/*` of NGINX (glob(3)) and `-f FOLDER` of HAProxy
 * pass over them. Errors name the file and the mend. `restore` is the way back, compare-and-set too.
 */
export async function replaceFile(
  path: string,
  { from, to }: { from: string; to: string },
  { change }: Cause,
): Promise<{ restore(): Promise<void> }> {
  if (!CHANGE_ID.test(change)) throw new Error('a change has an id of 16 hexadecimal digits')
  const place = await placeOf(path)
  await swap(place, from, to, change)
  return {
    async restore() {
      await swap(place, to, from, change, false)
      await rm(place.kept(change), { force: true }).catch(() => {})
    },
  }
}

/** True, or why this file could not be replaced now. Only looks. */
export async function replaceable(path: string): Promise<true | string> {
  try {
    const { about, name, path: real } = await placeOf(path)
    await readText(path)
    await access(dirname(real), constants.R_OK | constants.W_OK | constants.X_OK)
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    if (own.uid !== 0) refuseStrange(about, { uid: own.uid, gid: own.uid === about.uid ? about.gid : own.gid }, name)
    return true
  } catch (error) {
    return trouble(error, basename(path), 'replaced').message
  }
}

/** Removes the temporary file that a crash left beside this one. */
export async function clearLeftover(path: string): Promise<void> {
  const real = await realpath(path).catch(() => path)
  await rm(temporaryOf(real), { force: true }).catch(() => {})
}

type Place = { path: string; name: string; about: Stats; kept(change: string): string }

const temporaryOf = (path: string) => join(dirname(path), `.${basename(path)}.evenkeel-new`)

async function placeOf(configured: string): Promise<Place> {
  const name = basename(configured)
  try {
    const path = await realpath(configured)
    const about = await stat(path)
    if (!about.isFile()) throw new EvenkeelError('not_allowed', `${name} is no ordinary file: Evenkeel does not replace it`)
    return { path, name, about, kept: (change) => join(dirname(path), `.${basename(path)}.evenkeel-${change}`) }
  } catch (error) {
    throw trouble(error, name, 'replaced')
  }
}

/** `keeps`: the old text stays, under the change's id. */
async function swap(place: Place, from: string, to: string, change: string, keeps = true): Promise<void> {
  const temporary = temporaryOf(place.path)
  let folder: FileHandle | null = null
  let kept = false
  let renamed = false
  try {
    const found = await readFile(place.path)
    if (found.equals(Buffer.from(to))) return
    if (!found.equals(Buffer.from(from))) throw new EvenkeelError('drift', `${place.name} was changed by somebody else: it is left alone`)
    // Before the rename, so that nothing stands between it and its fsync.
    folder = await open(dirname(place.path), 'r')
    kept = keeps && (await keep(place, found, change))
    await rm(temporary, { force: true })
    await writeWhole(temporary, Buffer.from(to), place).catch((error: unknown) => takeKept(error, place, to, change))
    await rename(temporary, place.path)
    renamed = true
    await folder.sync()
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    if (kept && !renamed) await rm(place.kept(change), { force: true }).catch(() => {})
    throw trouble(error, place.name, 'replaced')
  } finally {
    await folder?.close().catch(() => {})
  }
}

/** On a full disk a change is rolled back with the very file that it kept: a rename needs no room. */
async function takeKept(error: unknown, place: Place, to: string, change: string): Promise<void> {
  const { code } = error as NodeJS.ErrnoException
  const kept = code === 'ENOSPC' || code === 'EDQUOT' ? await readFile(place.kept(change)).catch(() => null) : null
  if (!kept?.equals(Buffer.from(to))) throw error
  await rename(place.kept(change), temporaryOf(place.path))
}

/** The text before the change: what the same change writes later, its roll-back too, does not take its place. False: it was there already. */
async function keep(place: Place, bytes: Buffer, change: string): Promise<boolean> {
  const kept = place.kept(change)
  const known = await stat(kept).catch(() => null)
  if (known) return false
  const temporary = temporaryOf(place.path)
  await rm(temporary, { force: true })
  await writeWhole(temporary, bytes, place)
  await rename(temporary, kept)
  await forgetOld(place, kept).catch(() => {})
  return true
}

async function forgetOld(place: Place, newest: string): Promise<void> {
  const folder = dirname(place.path)
  const start = `.${basename(place.path)}.evenkeel-`
  const ours = (await readdir(folder)).filter((name) => name.startsWith(start) && CHANGE_ID.test(name.slice(start.length)))
  const aged = await Promise.all(
    ours
      .map((name) => join(folder, name))
      .filter((path) => path !== newest)
      .map(async (path) => ({ path, at: (await stat(path)).mtimeMs })),
  )
  aged.sort((a, b) => b.at - a.at)
  for (const { path } of aged.slice(KEPT_MAX - 1)) await rm(path, { force: true })
}

/** Made anew (never through a link that stands there), and on disk when this resolves. */
async function writeWhole(path: string, bytes: Buffer, { about, name }: Place): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await give(file, about, name)
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Owner, group and mode as they were. Only root may give a file away: whoever could read it must be able to read it still. */
async function give(file: FileHandle, { uid, gid, mode }: Stats, name: string): Promise<void> {
  await file.chown(uid, gid).catch(() => file.chown(-1, gid)).catch(() => {}) // biome-ignore format: one line
  await file.chmod(mode & 0o7777)
  refuseStrange({ uid, gid, mode }, await file.stat(), name)
}

/** Its former owner, or its group, could not read it any more. */
function refuseStrange(before: Pick<Stats, 'uid' | 'gid' | 'mode'>, now: Pick<Stats, 'uid' | 'gid'>, name: string): void {
  const everyone = (before.mode & 0o004) !== 0
  const owner = now.uid === before.uid || before.uid === 0 || everyone
  const group = now.gid === before.gid || (before.mode & 0o040) === 0 || everyone
  if (!owner || !group)
    throw new EvenkeelError(
      'not_allowed',
      `${name} would change hands, and its server might not read it any more: make Evenkeel's user its owner, or the file readable for all`,
    )
}

const WORDS: Record<string, string> = {
  ENOENT: 'it is not there',
  EACCES: "Evenkeel's user may not; give it write access to the file's folder",
  EPERM: "Evenkeel's user may not; give it write access to the file's folder",
  EROFS: 'it stands on a file system that takes no writes; mount it writable',
  ENOSPC: 'its disk is full; make room on it',
  // As a container mounts one file: nothing can be renamed over it.
  EBUSY: 'it is mounted by itself; mount its folder instead',
  EDQUOT: "the quota of Evenkeel's user is used up; raise it",
  ENAMETOOLONG: 'its name is too long for the names that Evenkeel makes of it; shorten it',
}

/** An error of the file system in words that hold no folder. */
function trouble(error: unknown, name: string, verb: 'read' | 'replaced'): EvenkeelError {
  if (error instanceof EvenkeelError) return error
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  const why = verb === 'read' && code === 'EACCES' ? "Evenkeel's user may not read it" : (WORDS[code] ?? code)
  return new EvenkeelError('unreachable', `${name} cannot be ${verb}: ${why}`, { cause: error })
}
