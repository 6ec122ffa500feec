import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EvenkeelError } from '../../../model/error.ts'

/** What a cache holds on the disk. `part`: of its folders that were looked into, where they were too many to look into all. */
export type Fill = { files: number; bytes: number; part: number }

/** Files that one look asks the disk for. */
const FILES_MAX = 20_000
const DEPTH_MAX = 4
const AT_ONCE = 32
/** Of `stat`: st_blocks counts these. */
const BLOCK_BYTES = 512
/** Files are named by an MD5; what is being written has a number behind it. */
const CACHED = /^[0-9a-f]{32}$/

/**
 * What a `proxy_cache_path` holds, by a walk that is bounded: NGINX spreads its files over the folders by their MD5, so that of a very large one
 * some of the first folders stand for all. Asynchronous throughout. Throws `unreachable` in words.
 */
export async function readFill(path: string, signal: AbortSignal, filesMax = FILES_MAX): Promise<Fill> {
  const top = await listed(path, true)
  const folders = top.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const own = await sizeOf(path, top)
  let [files, bytes, seen] = [0, 0, 0]
  for (const folder of shuffled(folders)) {
    if (files + own.files >= filesMax || signal.aborted) break
    const found = await walk(join(path, folder), 1)
    files += found.files
    bytes += found.bytes
    seen++
  }
  if (signal.aborted && seen === 0 && folders.length > 0)
    throw new EvenkeelError('unreachable', 'the folder of the cache was not read in time')
  const part = folders.length === 0 ? 1 : seen / folders.length
  return { files: own.files + Math.round(files / part), bytes: own.bytes + Math.round(bytes / part), part }
}

type Size = { files: number; bytes: number }

async function walk(path: string, depth: number): Promise<Size> {
  const entries = await listed(path, false)
  const sum = await sizeOf(path, entries)
  if (depth < DEPTH_MAX)
    for (const entry of entries) {
      if (!entry.isDirectory()) continue
      const below = await walk(join(path, entry.name), depth + 1)
      sum.files += below.files
      sum.bytes += below.bytes
    }
  return sum
}

async function sizeOf(path: string, entries: readonly Dirent[]): Promise<Size> {
  const names = entries.filter((entry) => entry.isFile() && CACHED.test(entry.name)).map(({ name }) => name)
  const sum = { files: 0, bytes: 0 }
  for (let at = 0; at < names.length; at += AT_ONCE) {
    // One that is gone meanwhile is none.
    const found = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => stat(join(path, name)).catch(() => null)))
    for (const one of found) {
      if (!one) continue
      sum.files++
      sum.bytes += one.blocks * BLOCK_BYTES
    }
  }
  return sum
}

/** A folder below may go while it is walked; the cache's own has to be there. */
const listed = (path: string, needed: boolean): Promise<Dirent[]> =>
  readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (!needed && error.code === 'ENOENT') return []
    const why =
      error.code === 'EACCES'
        ? "Evenkeel's user may not read the folder of the cache"
        : `the folder of the cache cannot be read (${error.code})`
    throw new EvenkeelError('unreachable', why)
  })

function shuffled(names: readonly string[]): string[] {
  return names.map((name) => [Math.random(), name] as const).sort(([a], [b]) => a - b).map(([, name]) => name) // biome-ignore format: one line
}
