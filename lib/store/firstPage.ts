import { closeSync, existsSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { Reserve } from './reserve.ts'

export const PAGE = 8192
/** SQLite's file format: how it begins, the head's length, and the two types of a page of a table. */
const MAGIC = 'SQLite format 3\u0000'
const HEAD = 100
const LEAF_TABLE = 13
const INNER_TABLE = 5

/**
 * The first page says where every table begins: without it nothing is found. Read before the database is opened, because to close the file
 * would let go of its locks. Null when it is known already, or is none.
 */
export function newFirstPage(file: string, reserve: Reserve): string | null {
  if (!existsSync(file)) return null
  const page = readStart(file, PAGE)
  if (page.length < PAGE || page.toString('latin1', 0, 16) !== MAGIC) return null
  // Counters of its head change with each checkpoint, and nobody needs them.
  const known = reserve.get('page')
  return known && Buffer.from(known, 'base64').subarray(HEAD).equals(page.subarray(HEAD)) ? null : page.toString('base64')
}

/** Makes the first page of a damaged file readable: from what was remembered of it, its head from a fresh file if need be. */
export function mendFirstPage(file: string, fresh: string, reserve: Reserve): void {
  const page = readStart(file, PAGE)
  if (page.length < PAGE) return
  const known = reserve.get('page')
  const hasHead = page.toString('latin1', 0, 16) === MAGIC
  const hasTree = page[HEAD] === LEAF_TABLE || page[HEAD] === INNER_TABLE
  if (known && !(hasHead && hasTree)) Buffer.from(known, 'base64').copy(page)
  else if (!hasHead) readStart(fresh, HEAD).copy(page)
  // It has a log.
  page[18] = page[19] = 2
  // The number of pages in the head counts only when these two agree: now the file's own size does.
  page.writeUInt32BE((page.readUInt32BE(24) ^ 1) >>> 0, 92)
  const fd = openSync(file, 'r+')
  try {
    writeSync(fd, page, 0, page.length, 0)
  } finally {
    closeSync(fd)
  }
}

/** So many bytes of a file, or what it has. */
export function readStart(file: string, bytes: number): Buffer {
  const fd = openSync(file, 'r')
  try {
    const out = Buffer.alloc(Math.min(bytes, fstatSync(fd).size))
    readSync(fd, out, 0, out.length, 0)
    return out
  } finally {
    closeSync(fd)
  }
}
