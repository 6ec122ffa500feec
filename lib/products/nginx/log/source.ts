import { createSocket, type Socket } from 'node:dgram'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { EvenkeelError } from '../../../model/error.ts'
import type { LogPlace } from '../config.ts'

const READ_MAX = 4 * 1_048_576
const LINE_MAX = 65_536

/** Where the lines of an access log come from. */
export interface LogSource {
  /** Opens it where it is not open, and gives `onLine` the lines that have come since. Throws `unreachable` in words. */
  pull(onLine: (line: string) => void): Promise<void>
  close(): Promise<void>
}

export const openLog = (place: LogPlace, onLine: (line: string) => void): LogSource =>
  place.is === 'syslog' ? syslog(place, onLine) : followed(place.path)

/** Lines of a datagram are counted as they come: nothing waits in memory for a poll. */
function syslog({ host, port }: { host: string; port: number }, onLine: (line: string) => void): LogSource {
  let socket: Socket | null = null
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      const fresh = createSocket(host.includes(':') ? 'udp6' : 'udp4')
      fresh.on('message', (message) => onLine(message.toString('utf8')))
      fresh.once('error', (error: NodeJS.ErrnoException) => {
        if (socket === fresh) socket = null
        fresh.close()
        const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message)
        reject(new EvenkeelError('unreachable', `cannot listen at ${host}:${port} (UDP): ${why}`, { cause: error }))
      })
      fresh.bind({ address: host, port, exclusive: true }, () => {
        socket = fresh
        resolve()
      })
    })
  return {
    pull: async () => {
      if (!socket) await listen()
    },
    close: () =>
      new Promise((resolve) => {
        if (!socket) return resolve()
        socket.close(() => resolve())
        socket = null
      }),
  }
}

/** A file, from its end on; from its beginning when it was rotated or cut. */
function followed(path: string): LogSource {
  let file: FileHandle | null = null
  let inode = 0
  let at = 0
  let rest = Buffer.alloc(0)

  async function reopen(fromEnd: boolean) {
    await file?.close().catch(() => {})
    file = null
    file = await open(path, 'r')
    const now = await file.stat()
    inode = now.ino
    at = fromEnd ? now.size : 0
    rest = Buffer.alloc(0)
  }

  async function readOn(onLine: (line: string) => void) {
    const { size } = await file!.stat()
    if (size < at) at = 0
    // After a long pause only the newest: what was is past.
    if (size - at > READ_MAX) {
      at = size - READ_MAX
      rest = Buffer.alloc(0)
    }
    const chunk = Buffer.alloc(size - at)
    const { bytesRead } = await file!.read(chunk, 0, chunk.length, at)
    at += bytesRead
    let text = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
      onLine(text.toString('utf8', 0, end))
      text = text.subarray(end + 1)
    }
    rest = text.length > LINE_MAX ? Buffer.alloc(0) : Buffer.from(text)
  }

  return {
    async pull(onLine) {
      try {
        if (!file) await reopen(true)
        await readOn(onLine)
        const { ino } = await stat(path)
        if (ino !== inode) {
          await reopen(false)
          await readOn(onLine)
        }
      } catch (error) {
        await file?.close().catch(() => {})
        file = null
        const { code } = error as NodeJS.ErrnoException
        const why = code === 'ENOENT' ? 'it is not there' : code === 'EACCES' ? "Evenkeel's user may not read it" : (code ?? String(error))
        throw new EvenkeelError('unreachable', `the access log ${path}: ${why}`, { cause: error })
      }
    },
    async close() {
      await file?.close().catch(() => {})
      file = null
    },
  }
}
