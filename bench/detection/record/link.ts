import { connect } from 'node:net'
import { Redis } from 'ioredis'

/** How an application reads and fills its cache. */
export type CacheLink = {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<unknown>
  close(): void
}

export function redisLink(socket: string): CacheLink {
  const link = new Redis(socket, { maxRetriesPerRequest: 0, commandTimeout: 1_500, retryStrategy: () => 100, connectionName: 'app' })
  link.on('error', () => {})
  return {
    get: (key) => link.get(key),
    set: (key, value, ttlMs) => link.set(key, value, 'PX', ttlMs),
    close: () => link.disconnect(),
  }
}

const RETRY_MS = 100

/** A connection to memcached that is made again whenever it breaks; values are of ASCII letters without line ends. */
export function memcachedLink(port: number): CacheLink {
  let waiting: { resolve(value: string | null): void; reject(error: Error): void }[] = []
  let rest = ''
  let closed = false
  let socket = open()
  function open() {
    const made = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1')
    made.on('error', () => {})
    made.on('data', (chunk: string) => read(chunk))
    made.on('close', () => {
      const left = waiting
      waiting = []
      rest = ''
      for (const { reject } of left) reject(new Error('connection closed'))
      setTimeout(() => {
        if (!closed) socket = open()
      }, RETRY_MS)
    })
    return made
  }
  function read(chunk: string) {
    const lines = (rest + chunk).split('\r\n')
    rest = lines.pop()!
    let value: string | null = null
    lines.forEach((line, i) => {
      if (line.startsWith('VALUE ')) return
      if (lines[i - 1]?.startsWith('VALUE ')) value = line
      else {
        waiting.shift()?.resolve(line === 'END' ? value : null)
        value = null
      }
    })
    // An answer whose end is still to come is read again with it.
    const last = lines.findLastIndex((line, i) => !line.startsWith('VALUE ') && !lines[i - 1]?.startsWith('VALUE '))
    rest = [...lines.slice(last + 1), rest].join('\r\n')
  }
  const ask = (text: string) =>
    new Promise<string | null>((resolve, reject) => {
      if (!socket.writable) return reject(new Error('not connected'))
      waiting.push({ resolve, reject })
      socket.write(text)
    })
  return {
    get: (key) => ask(`get ${key}\r\n`),
    set: (key, value, ttlMs) => ask(`set ${key} 0 ${Math.max(1, Math.ceil(ttlMs / 1_000))} ${value.length}\r\n${value}\r\n`),
    close() {
      closed = true
      socket.destroy()
    },
  }
}
