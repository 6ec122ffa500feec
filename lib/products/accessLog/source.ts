import { createSocket, type Socket } from 'node:dgram'
import { EvenkeelError } from '../../model/error.ts'
import { followed } from './followedFile.ts'
import type { LogPlace } from './place.ts'
import { udpDrops } from './udpDrops.ts'

/** The kernel gives what it allows: bursts wait there while something else runs here. */
const BUFFER_BYTES = 4 * 1_048_576

/** Who takes what a log says. */
export type LogSink = {
  line(text: string): void
  /** Lines are missing before the next one, nobody knows how many: the log begins, was cut, or went on while nobody read it. */
  gap(): void
  /** So many lines did not arrive. */
  lost(lines: number): void
}

/** Where the lines of an access log come from. */
export interface LogSource {
  /** Opens it where it is not open, and hands on the lines that have come since. Throws `unreachable` in words. */
  pull(): Promise<void>
  close(): Promise<void>
}

export const openLog = (place: LogPlace, sink: LogSink): LogSource =>
  place.is === 'syslog' ? syslog(place, sink) : followed(place.path, sink)

/** Lines of a datagram are taken as they come: nothing waits in memory for a poll. */
function syslog({ host, port }: { host: string; port: number }, sink: LogSink): LogSource {
  let socket: Socket | null = null
  let dropped = 0
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      const fresh = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: BUFFER_BYTES })
      fresh.on('message', (message) => sink.line(message.toString('utf8')))
      fresh.once('error', (error: NodeJS.ErrnoException) => {
        if (socket === fresh) socket = null
        fresh.close()
        const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message)
        reject(new EvenkeelError('unreachable', `cannot listen at ${host}:${port} (UDP): ${why}`, { cause: error }))
      })
      fresh.bind({ address: host, port, exclusive: true }, () => {
        socket = fresh
        dropped = 0
        sink.gap()
        resolve()
      })
    })
  return {
    pull: async () => {
      if (!socket) await listen()
      const drops = (await udpDrops(port)) ?? 0
      if (drops > dropped) sink.lost(drops - dropped)
      dropped = drops
    },
    close: () =>
      new Promise((resolve) => {
        if (!socket) return resolve()
        socket.close(() => resolve())
        socket = null
      }),
  }
}
