import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Caches } from './caches.ts'
import type { LocalCaches } from './localCache.ts'
import type { Origin } from './origin.ts'

/**
 * One application server: a page at `/p/KEY,KEY` reads its keys through the caches, and the category of the first through the cache in its
 * own memory where it has one; it takes `latencyMs` of work besides.
 */
export type App = {
  name: string
  port: number
  latencyMs: number
  /** Part of the pages answered with 500. */
  errorRatio: number
  /** What `/health` says; pages are served all the same. */
  healthy: boolean
  /** Asked for so far, whatever the answer was. */
  readonly pages: number
  /** Ends the listening, as when the process died; and begins again on the same port. */
  die(): Promise<void>
  revive(): Promise<void>
  stop(): Promise<void>
}

const CATEGORIES = 64
/** The category that a product is in. */
const categoryOf = (key: string) => `category:${[...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 0) % CATEGORIES}`

export async function startApp(options: {
  name: string
  latencyMs: number
  caches?: Caches
  local?: ReturnType<LocalCaches['process']>
  origin?: Origin
  random: () => number
}): Promise<App> {
  const { name, caches, local, origin, random } = options
  const work = async (keys: string[]) => {
    if (caches && origin) {
      const category = local && keys[0] !== undefined ? [categoryOf(keys[0])] : []
      await Promise.all([
        ...keys.map((key) => caches.read(key, origin)),
        ...category.map((key) => local!(key, () => caches.read(key, origin))),
      ])
    }
    // Service times vary by ±30 %, as real ones do.
    await sleep(app.latencyMs * (0.7 + 0.6 * random()))
  }
  let pages = 0
  const server: Server = createServer(async (request, response) => {
    const url = request.url ?? '/'
    if (url === '/health') {
      response.writeHead(app.healthy ? 200 : 503).end()
      return
    }
    pages++
    if (random() < app.errorRatio) {
      response.writeHead(500, { 'x-app': name }).end('out of order\n')
      return
    }
    await work(url.startsWith('/p/') ? decodeURIComponent(url.slice(3)).split(',') : [])
    response.writeHead(200, { 'content-type': 'text/plain', 'x-app': name }).end(`${name} ${url}\n`)
  })
  server.keepAliveTimeout = 30_000
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  await listen(0)
  const app: App = {
    name,
    port: (server.address() as AddressInfo).port,
    latencyMs: options.latencyMs,
    errorRatio: 0,
    healthy: true,
    get pages() {
      return pages
    },
    async die() {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
    async revive() {
      if (!server.listening) await listen(app.port)
    },
    async stop() {
      await app.die()
      await caches?.stop()
    },
  }
  return app
}
