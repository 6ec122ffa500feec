import { type FileHandle, open, stat } from 'node:fs/promises'
import { EvenkeelError } from '../../model/error.ts'
import type { LogSink, LogSource } from './source.ts'

const READ_MAX = 4 * 1_048_576
const LINE_MAX = 65_536

/** A file that is being read. `tooLong`: its present line is, and the rest of it is passed over. */
type Open = { handle: FileHandle; inode: number; at: number; rest: Buffer; tooLong: boolean }

/** A log file, from its end on; through its rotation, and from its beginning when it was cut. */
export function followed(path: string, sink: LogSink): LogSource {
  let file: Open | null = null
  /** Rotated away: whoever writes goes on writing to it until it has opened the new one. */
  let former: Open | null = null

  async function begin(fromEnd: boolean): Promise<Open> {
    const handle = await open(path, 'r')
    const { ino, size } = await handle.stat()
    return { handle, inode: ino, at: fromEnd ? size : 0, rest: Buffer.alloc(0), tooLong: false }
  }

  async function readOn(of: Open): Promise<void> {
    const { size } = await of.handle.stat()
    if (size < of.at) skipTo(of, 0)
    // After a long pause only the newest: what was is past.
    if (size - of.at > READ_MAX) skipTo(of, size - READ_MAX)
    const chunk = Buffer.alloc(size - of.at)
    const { bytesRead } = await of.handle.read(chunk, 0, chunk.length, of.at)
    of.at += bytesRead
    handOn(of, chunk.subarray(0, bytesRead))
  }

  function skipTo(of: Open, at: number): void {
    // In the middle of a line: what is left of it is none.
    Object.assign(of, { at, rest: Buffer.alloc(0), tooLong: at > 0 })
    sink.gap()
  }

  function handOn(of: Open, chunk: Buffer): void {
    let text = Buffer.concat([of.rest, chunk])
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
      if (!of.tooLong) sink.line(text.toString('utf8', 0, end))
      of.tooLong = false
      text = text.subarray(end + 1)
    }
    if (text.length > LINE_MAX) {
      // Counted as the one unreadable line that it is; its end is not taken for another one.
      if (!of.tooLong) sink.line(text.toString('utf8', 0, LINE_MAX))
      of.tooLong = true
    }
    of.rest = of.tooLong ? Buffer.alloc(0) : Buffer.from(text)
  }

  async function close(): Promise<void> {
    const open = [file, former]
    file = null
    former = null
    for (const one of open) await one?.handle.close().catch(() => {})
  }

  async function readAll(): Promise<void> {
    if (!file) {
      file = await begin(true)
      sink.gap()
    }
    if (former) {
      await readOn(former)
      await former.handle.close().catch(() => {})
      former = null
    }
    await readOn(file)
    if ((await stat(path)).ino === file.inode) return
    former = file
    file = await begin(false)
    await readOn(file)
  }

  return {
    async pull() {
      try {
        await readAll()
      } catch (error) {
        await close()
        const { code } = error as NodeJS.ErrnoException
        const why = code === 'ENOENT' ? 'it is not there' : code === 'EACCES' ? "Evenkeel's user may not read it" : (code ?? String(error))
        throw new EvenkeelError('unreachable', `the access log ${path}: ${why}`, { cause: error })
      }
    },
    close,
  }
}
