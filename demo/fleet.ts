import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { RingDocument, TtlDocument } from '../lib/model/control.ts'
import { type HaproxyServer, type RedisServer, startHaproxy, startMemcached, startRedis } from '../test/servers.ts'
import { type App, startApp } from './app.ts'
import { type Caches, createCaches, linkTo } from './caches.ts'
import { fleetConfig } from './config.ts'
import { follow } from './follower.ts'
import { startLocalCaches } from './localCache.ts'
import { startMonitoring } from './monitoring.ts'
import { NODES, RING_KEY, TTL_KEY } from './names.ts'
import { contentOf, createOrigin, type Origin } from './origin.ts'
import { signIn, startSideTraffic } from './side.ts'
import { PRODUCTS, startTraffic, type Traffic } from './traffic.ts'
import { startWeb } from './web.ts'

const APPS = ['app1', 'app2', 'app3', 'app4']
const FILES = ['static1', 'static2', 'static3', 'static4']

/** Policies that the applications follow; `campaign` waits for its drill. */
const TTLS: Record<string, TtlDocument> = {
  products: { version: 1, match: 'product:*', ttlMs: 60_000, jitter: 0.2 },
  stock: { version: 1, match: 'stock:*', ttlMs: 90_000, jitter: 0.2 },
  campaign: { version: 1, match: 'campaign:*', ttlMs: 40_000, jitter: 0 },
}

export type FleetOptions = {
  /** Pages a second through the balancer; each reads two keys. */
  pagesPerSecond?: number
  /** Points of cache-a, -b and -c on the ring at the start. The default is uneven on purpose. */
  points?: [number, number, number]
  /** What app4 takes for a page, ms; the others take 20. The default is slow on purpose. */
  app4Ms?: number
  /** memcached, NGINX before three image servers, and a cache in the memory of the applications, too. */
  plain?: boolean
  /** Prometheus with exporters, and a Redis that only it knows of. */
  prometheus?: boolean
  /** TTL policies besides those of the pages. */
  ttls?: Record<string, TtlDocument>
  /** Length of the day that the traffic's wave follows. */
  dayMs?: number
  random?: () => number
}

/** Real servers on loopback with real traffic, and the handles by which faults are injected. */
export type Fleet = {
  /** evenkeel.yaml for it. */
  yaml(about: {
    listen: string
    data: string
    mode?: 'observe' | 'tune'
    auth?: 'none' | 'local'
    learning?: string
    targets?: Record<string, unknown>[]
    extra?: string
  }): string
  ports: Record<string, number>
  apps: Record<string, App>
  haproxy: HaproxyServer
  origin: Origin
  traffic: Traffic
  /** The reads and writes of an application server. */
  caches: Caches
  ring: Ring
  /** Deletes keys from every cache. */
  forget(keys: string[]): Promise<void>
  /** Lets a key end now, on whichever cache holds it. */
  expire(key: string): Promise<void>
  /** Stops one of the Redis servers and starts it again, empty, on the same port. */
  restart(name: string): Promise<void>
  stop(): Promise<void>
}

export type Ring = { read(): Promise<RingDocument>; write(points: number[]): Promise<RingDocument> }

/** Starts everything and resolves when traffic flows. Ends what it has started when a part cannot start. */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const {
    pagesPerSecond = 240,
    points = [40, 160, 160],
    app4Ms = 170,
    plain = true,
    prometheus = false,
    dayMs = 360_000,
    ttls: others = {},
    random = Math.random,
  } = options
  const ttls = { ...TTLS, ...others }
  const started: (() => unknown)[] = []
  const keep = <T extends AsyncDisposable>(server: T): T => {
    started.push(() => server[Symbol.asyncDispose]())
    return server
  }
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end()
  }
  try {
    const cacheConfig = ['maxmemory 16mb', 'maxmemory-policy allkeys-lfu', 'latency-monitor-threshold 50', 'slowlog-log-slower-than 5000']
    const primary = keep(await startRedis({ config: ['maxmemory 64mb', 'maxmemory-policy noeviction', 'repl-diskless-sync-delay 0'] }))
    const [replica, ...caches] = (
      await Promise.all([
        startRedis({ config: [`replicaof 127.0.0.1 ${primary.about.port}`] }),
        ...NODES.map(() => startRedis({ config: cacheConfig })),
      ])
    ).map(keep) as [RedisServer, ...RedisServer[]]
    const redis: Record<string, RedisServer> = { sessions: primary, 'sessions-replica': replica }
    NODES.forEach((name, index) => {
      redis[name] = caches[index]!
    })
    const ports = Object.fromEntries(Object.entries(redis).map(([name, server]) => [name, server.about.port]))
    const cachePorts = Object.fromEntries(NODES.map((name) => [name, ports[name]!]))

    // The ring is written on a busy machine, too: a drill that fails at its end would leave its fault behind.
    const store = linkTo(ports.sessions!, 'demo', { enableOfflineQueue: true, maxRetriesPerRequest: 20, commandTimeout: 10_000 })
    started.push(() => store.disconnect())
    const ring = ringOn(store, cachePorts)
    const document = await ring.write(points)
    await store.hset(TTL_KEY, Object.fromEntries(Object.entries(ttls).map(([name, policy]) => [name, JSON.stringify(policy)])))

    const origin = createOrigin()
    const local = plain ? await startLocalCaches() : null
    if (local) started.push(() => local.stop())
    const pages = await Promise.all(
      APPS.map(async (name) => {
        const link = linkTo(ports.sessions!, name, { enableOfflineQueue: true, maxRetriesPerRequest: 20 })
        const follower = await follow({ name, redis: link, ringKey: RING_KEY, ttlKey: TTL_KEY, ring: document, ttls, random })
        const cached = createCaches(name, cachePorts, follower)
        const app = await startApp({
          name,
          latencyMs: name === 'app4' ? app4Ms : 20,
          caches: cached,
          local: local?.process(),
          origin,
          random,
        })
        started.push(async () => {
          await app.stop()
          link.disconnect()
        })
        return { app, cached }
      }),
    )
    const files = await Promise.all(FILES.map((name) => startApp({ name, latencyMs: 4, random })))
    for (const server of files) started.push(() => server.stop())
    const apps = Object.fromEntries([...pages.map(({ app }) => app), ...files].map((app) => [app.name, app]))
    const haproxy = keep(await startHaproxy({ ports: 2, cfg: ([port, metrics]) => balancer(port!, metrics!, apps) }))
    const memcached = plain ? keep(await startMemcached({ megabytes: 16 })) : null
    const web = plain ? await startWeb(random) : null
    if (web) started.push(() => web.stop())
    const haproxyMetrics = `http://127.0.0.1:${haproxy.about.ports[1]}/metrics`
    const monitoring = prometheus ? await startMonitoring({ cacheA: caches[0]!.about.url, haproxyMetrics, random }) : null
    if (monitoring) started.push(() => monitoring.stop())

    const shared = pages[0]!.cached
    await warm(shared, random)
    await signIn(store, random)
    const traffic = startTraffic({ port: haproxy.about.ports[0]!, pagesPerSecond, filesPerSecond: pagesPerSecond / 5, dayMs, random })
    started.push(() => traffic.stop())
    const side = startSideTraffic({ store, memcachedPort: memcached?.about.port, webPort: web?.port, random })
    started.push(() => side.stop())

    const onCaches = async (work: (link: Redis) => Promise<unknown>) => {
      for (const name of NODES) {
        const link = linkTo(ports[name]!, 'demo', { enableOfflineQueue: true, maxRetriesPerRequest: 20 })
        await work(link).catch(() => {})
        link.disconnect()
      }
    }
    return {
      yaml: (about) =>
        fleetConfig({
          ...about,
          ports,
          haproxy,
          memcached: memcached?.about.address,
          local: local?.url,
          web: web?.target,
          monitoring,
          points,
          ttls,
        }),
      ports,
      apps,
      haproxy,
      origin,
      traffic,
      caches: shared,
      ring,
      forget: (keys) =>
        onCaches(async (link) => {
          for (let from = 0; from < keys.length; from += 1_000) await link.unlink(...keys.slice(from, from + 1_000))
        }),
      expire: (key) => onCaches((link) => link.pexpire(key, 1)),
      async restart(name) {
        await redis[name]!.stop()
        await sleep(1_000)
        await redis[name]!.start()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The ring's control document on the store, as a deploy would write it. */
function ringOn(store: Redis, ports: Record<string, number>): Ring {
  const read = async () => JSON.parse((await store.get(RING_KEY)) ?? 'null') as RingDocument
  return {
    read,
    async write(points) {
      const nodes = NODES.map((name, index) => ({ name, address: `127.0.0.1:${ports[name]}`, points: points[index]! }))
      const document: RingDocument = { version: ((await read())?.version ?? 0) + 1, algorithm: 'ketama', nodes }
      await store.set(RING_KEY, JSON.stringify(document))
      await store.publish(RING_KEY, String(document.version))
      return document
    },
  }
}

/** Fills the caches as they would be after hours of traffic: each key somewhere in its life. */
async function warm(caches: Caches, random: () => number): Promise<void> {
  for (const prefix of ['product', 'stock']) {
    for (let from = 0; from < PRODUCTS; from += 500) {
      const keys = Array.from({ length: Math.min(500, PRODUCTS - from) }, (_, index) => `${prefix}:${from + index}`)
      // The head is nearly always there, the tail mostly not.
      await Promise.all(keys.filter(() => random() < 1 - from / PRODUCTS).map((key) => caches.write(key, contentOf(key), random())))
    }
  }
}

function balancer(port: number, metrics: number, apps: Record<string, App>): string {
  const lines = (names: string[]) => names.map((name) => `  server ${name} 127.0.0.1:${apps[name]!.port} weight 100`).join('\n')
  return `defaults
  mode http
  timeout client 15s
  timeout connect 1s
  timeout server 15s
  timeout queue 10s
  timeout check 900ms
  option redispatch
  retries 2
  http-reuse always
  default-server check inter 1s fall 2 rise 2

frontend www
  bind 127.0.0.1:${port}
  maxconn 380
  use_backend static if { path_beg /static/ }
  default_backend app

frontend metrics
  bind 127.0.0.1:${metrics}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404

backend app
  balance roundrobin
  option httpchk GET /health
${lines(APPS)}

backend static
  balance uri
  hash-type consistent
  option httpchk GET /health
${lines(FILES)}`
}
