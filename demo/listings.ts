import { reportReferences } from '../client/index.ts'
import { startRedis } from '../test/servers.ts'
import { linkTo } from './caches.ts'
import { followPolicies } from './follower.ts'
import { zipf } from './keys.ts'
import { TTL_KEY } from './names.ts'

const KEYS = 3_000
const READS_PER_SECOND = 150
const TICK_MS = 20
const VALUE = 'x'.repeat(900)

/** Its keys end before most of them are read again. */
export const LISTINGS_TTL = { version: 1, match: 'listing:*', ttlMs: 10_000, jitter: 0.1 }
/** So that a demo need not run for an hour until it is judged. */
export const LISTINGS_RULES = `
rules:
  cache/hit-ratio-low: { low: 0.6, over: 60s, warm: 60s }
  cache/memory-surplus: { history: 30s }
`

/**
 * A cache with far more memory than it needs and far too short a TTL, read by an application that follows the TTL policies and reports what
 * it reads to Evenkeel.
 */
export async function startListings(options: { evenkeel: string; sessionsPort: number; random: () => number }) {
  const { evenkeel, sessionsPort, random } = options
  const server = await startRedis({ config: ['maxmemory 256mb', 'maxmemory-policy allkeys-lru'] })
  const cache = linkTo(server.about.port, 'listings')
  const store = linkTo(sessionsPort, 'listings', { enableOfflineQueue: true, maxRetriesPerRequest: 20 })
  const policies = await followPolicies({ name: 'listings', redis: store, ttlKey: TTL_KEY, ttls: { listings: LISTINGS_TTL }, random })
  const reporter = reportReferences({ url: evenkeel, target: 'listings', rate: 1, everyMs: 2_000, pattern: () => LISTINGS_TTL.match })
  const listing = zipf(KEYS, 0.9, 20, random)
  const read = async () => {
    const key = `listing:${listing()}`
    reporter.get(key)
    if ((await cache.get(key)) !== null) return
    const ttlMs = policies.ttlMs(key)
    reporter.set(key, VALUE.length, ttlMs)
    await cache.set(key, VALUE, 'PX', ttlMs)
  }
  let due = 0
  const timer = setInterval(() => {
    for (due += (READS_PER_SECOND * TICK_MS) / 1_000; due >= 1; due--) read().catch(() => {})
  }, TICK_MS)
  return {
    target: { kind: 'redis', name: 'listings', url: server.about.url, role: 'cache', references: { from: 'report', keep: '1h' } },
    async stop() {
      clearInterval(timer)
      await reporter.stop()
      await policies.stop()
      cache.disconnect()
      store.disconnect()
      await server[Symbol.asyncDispose]()
    },
  }
}
