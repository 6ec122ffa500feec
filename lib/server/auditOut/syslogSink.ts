import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { SyslogTarget } from '../../config/audit.ts'
import { type Sink, SinkError, within } from './sink.ts'
import { counted, syslogMessage } from './syslogMessage.ts'

const CONNECT_MS = 5_000
const TAKE_MS = 10_000
/** Syslog acknowledges nothing: what was sent this long before a connection ended is believed to have arrived. */
const SETTLES_MS = 5_000

const SELF = { host: hostname(), pid: process.pid }

/** A syslog receiver, by whatever way. */
export const createSyslogSink = (target: SyslogTarget): Sink => (target.over === 'udp' ? datagrams(target) : stream(target))

/** One datagram an entry: whether it arrives nobody knows. */
function datagrams({ host, port }: { host: string; port: number }): Sink {
  return {
    name: 'syslog',
    settlesMs: 0,
    async take(entries) {
      const { address, family } = await within(CONNECT_MS, lookup(host), 'its name cannot be looked up in time')
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
      try {
        const send = (text: string) =>
          new Promise<void>((resolve, reject) => {
            socket.once('error', reject)
            socket.send(text, port, address, (error) => (error ? reject(error) : resolve()))
          })
        for (const entry of entries) await within(TAKE_MS, send(syslogMessage(entry, SELF)), 'it takes nothing')
      } finally {
        socket.close()
      }
    },
    holds: () => true,
    close() {},
  }
}

/** One connection for as long as it lasts. */
function stream(target: SyslogTarget): Sink {
  let socket: Socket | null = null
  let why: unknown = null

  async function connected(): Promise<Socket> {
    if (socket && !socket.destroyed && socket.writable) return socket
    socket?.destroy()
    const next = opened(target)
    next.setNoDelay(true).setKeepAlive(true, 30_000)
    next.on('error', (error) => {
      why = error
    })
    // It says nothing; what it says all the same must not pile up. Its end is the connection's.
    next.resume()
    next.on('end', () => next.destroy())
    const ready = new Promise<void>((resolve, reject) => {
      next.once(target.over === 'tls' ? 'secureConnect' : 'connect', resolve)
      next.once('close', () => reject(why ?? new SinkError('it closed the connection')))
    })
    why = null
    try {
      await within(CONNECT_MS, ready, 'it does not answer')
    } catch (error) {
      next.destroy()
      throw error
    }
    socket = next
    return next
  }

  return {
    name: 'syslog',
    settlesMs: SETTLES_MS,
    async take(entries) {
      const at = await connected()
      const text = entries.map((entry) => counted(syslogMessage(entry, SELF))).join('')
      const written = new Promise<void>((resolve, reject) => {
        at.once('close', () => reject(why ?? new SinkError('it closed the connection')))
        at.write(text, (error) => (error ? reject(error) : resolve()))
      })
      // One that hangs must not fill the memory.
      await within(TAKE_MS, written, 'it takes nothing').catch((error) => {
        at.destroy()
        throw error
      })
    },
    holds: () => socket !== null && !socket.destroyed,
    close: () => void socket?.end(() => socket?.destroy()),
  }
}

function opened(target: SyslogTarget): Socket {
  if (target.over === 'unix') return connect({ path: target.path })
  const { host, port } = target
  if (target.over !== 'tls') return connect({ host, port })
  return connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...(target.ca && { ca: target.ca }) })
}
