import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { type AuditEntry, canonical } from '../../model/audit.ts'
import { type Sink, SinkError, within } from './sink.ts'

const TAIL_BYTES = 65_536
const WRITE_MS = 10_000
const NEWLINE = 10

/**
 * A file of JSON lines, opened anew for each write: whoever rotates it needs to tell nobody. What a crash has left half-written ends with a line
 * break before the next entry.
 */
export function createFileSink(path: string): Sink {
  return {
    name: 'file',
    settlesMs: 0,
    async has() {
      return await within(WRITE_MS, lastOf(path), 'the file does not answer')
    },
    take: (entries) => within(WRITE_MS, append(path, entries), 'the file takes nothing'),
    holds: () => true,
    close() {},
  }
}

/** Anything else, such as a pipe that nobody reads, could hold up a thread for ever. */
async function onlyFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found && !found.isFile()) throw new SinkError('there is something else than a file at its path')
}

async function append(path: string, entries: readonly AuditEntry[]): Promise<void> {
  await onlyFile(path)
  const { O_APPEND, O_CREAT, O_RDWR, O_NONBLOCK } = constants
  const file = await open(path, O_APPEND | O_CREAT | O_RDWR | O_NONBLOCK, 0o640)
  try {
    const { size } = await file.stat()
    const torn = size > 0 && (await bytesAt(file, size - 1, 1))[0] !== NEWLINE
    await file.appendFile(`${torn ? '\n' : ''}${entries.map((entry) => `${canonical(entry)}\n`).join('')}`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** The newest whole line's place in the chain: a kill between the write and the note of it must not write entries twice. */
async function lastOf(path: string): Promise<{ seq: number; hash: string } | null> {
  await onlyFile(path)
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null)
  if (!file) return null
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - TAIL_BYTES)
    const tail = await bytesAt(file, from, size - from)
    const lines = tail
      .subarray(0, tail.lastIndexOf(NEWLINE) + 1)
      .toString('utf8')
      .trimEnd()
      .split('\n')
    const { seq, hash } = JSON.parse(lines.at(-1) ?? '') as { seq?: unknown; hash?: unknown }
    return typeof seq === 'number' && typeof hash === 'string' ? { seq, hash } : null
  } catch {
    return null
  } finally {
    await file.close()
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
