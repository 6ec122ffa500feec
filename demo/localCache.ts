import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LRUCache } from 'lru-cache'
import { Counter, Gauge, Registry } from 'prom-client'

/** The applications' cache in their own memory (L1): each process has one, and one page of metrics tells of all, as that of Node's cluster does. */
export type LocalCaches = {
  url: string
  /** The cache of one more process: the value that it holds, or what `load` brings. */
  process(): (key: string, load: () => Promise<string>) => Promise<string>
  stop(): Promise<void>
}

const CACHE = 'categories'
const ENTRIES = 100
const TTL_MS = 10_000

export async function startLocalCaches(): Promise<LocalCaches> {
  const registry = new Registry()
  const all: LRUCache<string, string>[] = []
  const registers = [registry]
  const gets = new Counter({ name: 'cache_gets_total', help: 'Reads', labelNames: ['cache', 'result'], registers })
  const puts = new Counter({ name: 'cache_puts_total', help: 'Entries put', labelNames: ['cache'], registers })
  const evictions = new Counter({
    name: 'cache_evictions_total',
    help: 'Entries put out for want of space',
    labelNames: ['cache'],
    registers,
  })
  new Gauge({
    name: 'cache_size',
    help: 'Entries',
    labelNames: ['cache'],
    registers,
    collect() {
      this.set(
        { cache: CACHE },
        all.reduce((sum, { size }) => sum + size, 0),
      )
    },
  })
  evictions.inc({ cache: CACHE }, 0)

  const server = createServer((_request, response) => {
    registry.metrics().then(
      (page) => response.writeHead(200, { 'content-type': registry.contentType }).end(page),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    process() {
      const entries = new LRUCache<string, string>({
        max: ENTRIES,
        ttl: TTL_MS,
        dispose: (_value, _key, reason) => {
          if (reason === 'evict') evictions.inc({ cache: CACHE })
        },
      })
      all.push(entries)
      return async (key, load) => {
        const held = entries.get(key)
        gets.inc({ cache: CACHE, result: held === undefined ? 'miss' : 'hit' })
        if (held !== undefined) return held
        const value = await load()
        entries.set(key, value)
        puts.inc({ cache: CACHE })
        return value
      }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
