import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Redis } from 'ioredis'

const SESSIONS = 2_000
const sessionOf = (id: number) => `{"user":${id},"basket":[]}`

/** Light traffic beside the main load: sessions in the store, fragments in memcached, images from NGINX. */
export function startSideTraffic(options: { store: Redis; memcachedPort?: number; webPort?: number; random: () => number }): {
  stop(): void
} {
  const { store, memcachedPort, webPort, random } = options
  const memcached = memcachedPort ? connect(memcachedPort, '127.0.0.1') : null
  memcached?.on('error', () => {})
  memcached?.resume()
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const timer = setInterval(() => {
    session(store, Math.floor(random() * SESSIONS)).catch(() => {})
    if (memcached) fragment(memcached, Math.floor(random() ** 1.5 * 500), random)
    if (webPort) for (let images = 0; images < 2; images++) image(webPort, Math.floor(random() * 300), agent)
  }, 50)
  return {
    stop() {
      clearInterval(timer)
      memcached?.destroy()
      agent.destroy()
    },
  }
}

/** Writes the sessions at the start: nearly all of them exist. */
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

function image(port: number, id: number, agent: Agent): void {
  const question = request({ host: '127.0.0.1', port, path: `/images/${id}.webp`, agent, timeout: 2_000 }, (answer) => answer.resume())
  question.on('error', () => {})
  question.end()
}
