import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a configuration file whole or not at all: temporary file in the same directory, fsync, the old one kept beside as
 * `FILE.evenkeel-before`, rename, fsync of the directory. Owner's mode is kept. Returns the way back.
 */
export async function replaceFile(path: string, text: string): Promise<{ restore(): Promise<void> }> {
  const before = await readFile(path)
  const { mode, uid, gid } = await stat(path)
  await writeWhole(`${path}.evenkeel-before`, before, mode, uid, gid)
  await swap(path, text, mode, uid, gid)
  return { restore: () => swap(path, before, mode, uid, gid) }
}

async function swap(path: string, content: string | Buffer, mode: number, uid: number, gid: number) {
  const temporary = `${path}.evenkeel-new`
  try {
    await writeWhole(temporary, content, mode, uid, gid)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function writeWhole(path: string, content: string | Buffer, mode: number, uid: number, gid: number) {
  const file = await open(path, 'w', mode)
  try {
    await file.writeFile(content)
    await file.chmod(mode)
    // Only root may give a file away; without it the file is ours, as the directory's owner allowed.
    await file.chown(uid, gid).catch(() => {})
    await file.sync()
  } finally {
    await file.close()
  }
}
