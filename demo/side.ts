import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Redis } from 'ioredis'

const SESSIONS = 2_000
const sessionOf = (id: number) => `{"user":${id},"basket":[]}`

/** Light traffic on what stands beside the main road: sessions in the store, fragments in memcached, a page from NGINX. */
export function startSideTraffic(options: { store: Redis; memcachedPort?: number; nginxPort?: number; random: () => number }): {
  stop(): void
} {
  const { store, memcachedPort, nginxPort, random } = options
  const memcached = memcachedPort ? connect(memcachedPort, '127.0.0.1') : null
  memcached?.on('error', () => {})
  memcached?.resume()
  const timer = setInterval(() => {
    session(store, Math.floor(random() * SESSIONS)).catch(() => {})
    if (memcached) fragment(memcached, Math.floor(random() ** 3 * 500), random)
    if (nginxPort) page(nginxPort)
  }, 50)
  return {
    stop() {
      clearInterval(timer)
      memcached?.destroy()
    },
  }
}

/** The sessions of an evening: all but a few are there. */
export async function signIn(store: Redis, random: () => number): Promise<void> {
  const batch = store.pipeline()
  for (let id = 0; id < SESSIONS; id++)
    if (random() < 0.97) batch.set(`session:${id}`, sessionOf(id), 'EX', 600 + Math.floor(random() * 1_200))
  await batch.exec()
}

async function session(store: Redis, id: number): Promise<void> {
  const key = `session:${id}`
  if ((await store.get(key)) === null) await store.set(key, sessionOf(id), 'EX', 1_800)
}

function fragment(memcached: Socket, id: number, random: () => number): void {
  // Half a minute more or less, or all that was asked for in the first seconds ends in the same seconds.
  const seconds = 90 + Math.floor(random() * 60)
  memcached.write(`get fragment:${id}\r\nadd fragment:${id} 0 ${seconds} 5\r\nhello\r\n`)
}

function page(port: number): void {
  const question = request({ host: '127.0.0.1', port, path: '/', timeout: 2_000 }, (answer) => answer.resume())
  question.on('error', () => {})
  question.end()
}
