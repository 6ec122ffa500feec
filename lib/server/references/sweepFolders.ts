import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** No references are kept longer than the configuration allows at the most. */
const OLDEST_MS = 14 * 24 * 3_600_000

/** Removes what no log looks after any more: files of targets that were taken out of the configuration, or whose references were switched off. */
export async function sweepFolders(folder: string, isOpen: (name: string) => boolean, now: number): Promise<void> {
  for (const target of await namesIn(folder)) {
    if (isOpen(target)) continue
    const path = join(folder, target)
    const files = await namesIn(path)
    let left = files.length
    for (const file of files) {
      const { mtimeMs } = await stat(join(path, file)).catch(() => ({ mtimeMs: now }))
      if (now - mtimeMs <= OLDEST_MS) continue
      await rm(join(path, file), { force: true, recursive: true })
      left--
    }
    if (left === 0) await rm(path, { force: true, recursive: true })
  }
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
