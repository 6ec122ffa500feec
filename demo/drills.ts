import { ask } from '../test/servers.ts'
import { linkTo } from './caches.ts'
import type { Drill } from './drill.ts'
import type { Fleet } from './fleet.ts'
import type { Detour } from './traffic.ts'

/** Runs `work` again and again until it is told to end; a failed round is tried again. */
function repeatedly(everyMs: number, work: () => Promise<unknown>): () => Promise<void> {
  let over = false
  const loop = (async () => {
    while (!over) {
      const round = performance.now()
      await work().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, everyMs - (performance.now() - round))))
    }
  })()
  return async () => {
    over = true
    await loop
  }
}

function detour(fleet: Fleet, share: number, key: () => string): () => void {
  const bend: Detour = { share, key }
  fleet.traffic.detours.add(bend)
  return () => void fleet.traffic.detours.delete(bend)
}

const slowServer: Drill = {
  name: 'slow-server',
  title: 'A server turns slow',
  does: 'app2 takes 160 ms for each page instead of 20 ms.',
  lookFor: 'A finding that names app2 within half a minute, with less weight for it as the remedy.',
  rule: 'balancer/slow-server',
  lastsSeconds: 180,
  start({ apps: { app2 } }, size = 1) {
    const usual = app2!.latencyMs
    app2!.latencyMs = usual + 140 * size
    return async () => {
      app2!.latencyMs = usual
    }
  },
}

const serverDown: Drill = {
  name: 'server-down',
  title: 'A server dies',
  does: 'app3 stops listening, as when its process has died.',
  lookFor: 'app3 is DOWN within seconds; the other three carry its share.',
  rule: 'balancer/server-down',
  lastsSeconds: 60,
  async start({ apps: { app3 } }) {
    await app3!.die()
    return () => app3!.revive()
  },
}

const flappingServer: Drill = {
  name: 'flapping-server',
  title: 'A server comes and goes',
  does: "app3's health check fails for 5 s, passes for 5 s, and so on.",
  lookFor: 'A flapping server after the second time it went down.',
  rule: 'balancer/server-flapping',
  lastsSeconds: 75,
  start({ apps: { app3 } }, size = 1) {
    app3!.healthy = false
    const timer = setInterval(() => {
      app3!.healthy = !app3!.healthy
    }, 5_000 * size)
    return async () => {
      clearInterval(timer)
      app3!.healthy = true
    }
  },
}

const errorRate: Drill = {
  name: 'error-rate',
  title: 'A server answers with errors',
  does: 'app3 answers 30 % of its pages with 500, at once and without work.',
  lookFor: "The error rate of app3 beside its neighbours'.",
  rule: 'balancer/error-rate',
  lastsSeconds: 90,
  start({ apps: { app3 } }, size = 1) {
    app3!.errorRatio = 0.3 * size
    return async () => {
      app3!.errorRatio = 0
    }
  },
}

const FLOOD_BATCH = 60
const evictionStorm: Drill = {
  name: 'eviction-storm',
  title: 'An export floods a cache',
  does: 'A job writes 1,200 values of 3 kB a second to cache-b until its memory is full and goes on.',
  lookFor: 'Evictions jump from none to hundreds a second; the hit ratio of cache-b falls after them.',
  rule: 'cache/eviction-storm',
  lastsSeconds: 45,
  start({ ports }) {
    const link = linkTo(ports['cache-b']!, 'nightly-export')
    const value = 'x'.repeat(3_000)
    let written = 0
    const end = repeatedly(50, () => {
      const batch = link.pipeline()
      for (let index = 0; index < FLOOD_BATCH; index++) batch.set(`export:${written++}`, value, 'PX', 120_000)
      return batch.exec()
    })
    return async () => {
      await end()
      for (let from = 0; from < written; from += 1_000) {
        const keys = Array.from({ length: Math.min(1_000, written - from) }, (_, index) => `export:${from + index}`)
        await link.unlink(...keys).catch(() => {})
      }
      link.disconnect()
    }
  },
}

const hitRatioDrop: Drill = {
  name: 'hit-ratio-drop',
  title: 'A release reads keys nobody cached',
  does: '30 % of all reads go to a new prefix, release:*, that no cache holds.',
  lookFor: 'The hit ratio of every cache drops by a quarter within seconds, with evictions and memory as before.',
  rule: 'cache/hit-ratio-drop',
  lastsSeconds: 60,
  start(fleet) {
    let next = 0
    const end = detour(fleet, 0.3, () => `release:${next++}`)
    return async () => end()
  },
}

const cacheRestart: Drill = {
  name: 'cache-restart',
  title: 'A cache restarts',
  does: 'cache-c is stopped and started again a second later, empty.',
  lookFor: 'A restart, named as such, and the hit ratio that warms up again.',
  rule: 'cache/restart',
  lastsSeconds: 5,
  async start({ restart }) {
    await restart('cache-c')
    return async () => {}
  },
}

const hotKey: Drill = {
  name: 'hot-key',
  title: 'One product goes viral',
  does: '20 % of all reads ask for product:viral.',
  lookFor: 'The key by name with its share of the reads, on the cache that owns it.',
  rule: 'cache/hot-key',
  lastsSeconds: 90,
  start(fleet) {
    const end = detour(fleet, 0.2, () => 'product:viral')
    return async () => end()
  },
}

const CAMPAIGN_KEYS = 6_000
const massExpiry: Drill = {
  name: 'mass-expiry',
  title: 'A campaign is loaded in one go',
  does: `A job writes ${CAMPAIGN_KEYS.toLocaleString('en')} keys campaign:* every 50 s. Their policy says 40 s without jitter, so that all end in the same second.`,
  lookFor: 'The cliff, announced before it strikes; jitter for the policy "campaign" as the remedy, which the next load follows.',
  rule: 'cache/mass-expiry',
  lastsSeconds: 150,
  start(fleet) {
    const end = detour(fleet, 0.15, () => `campaign:${Math.floor(Math.random() * CAMPAIGN_KEYS)}`)
    const load = async () => {
      for (let from = 0; from < CAMPAIGN_KEYS; from += 500)
        await Promise.all(
          Array.from({ length: 500 }, (_, index) => fleet.caches.write(`campaign:${from + index}`, `banner ${from + index}`)),
        )
    }
    const stop = repeatedly(50_000, load)
    return async () => {
      end()
      // Its last round may be sleeping until the next one: it is not waited for.
      void stop()
      await fleet.forget(Array.from({ length: CAMPAIGN_KEYS }, (_, index) => `campaign:${index}`))
    }
  },
}

const stampede: Drill = {
  name: 'stampede',
  title: 'Everybody rebuilds the front page',
  does: '25 % of all reads ask for product:front, which lives 15 s and takes the origin 2 s to make.',
  lookFor: 'Fills that were made twice and more: all who miss while the first fill is under way ask the origin too.',
  rule: 'cache/stampede',
  lastsSeconds: 75,
  start(fleet) {
    const { origin } = fleet
    origin.slow = { prefix: 'product:front', ms: 2_000 }
    const end = detour(fleet, 0.25, () => 'product:front')
    const expire = setInterval(() => void fleet.expire('product:front'), 15_000)
    return async () => {
      clearInterval(expire)
      end()
      origin.slow = null
    }
  },
}

const unevenRing: Drill = {
  name: 'uneven-ring',
  title: 'A deploy brings old ring points back',
  does: 'The control document of the ring gets 40, 160 and 160 points again, as a deploy with an old file would write.',
  lookFor: 'The strip tilts: cache-a gets a third of its share; new points level it with one click.',
  rule: 'ring/imbalance',
  lastsSeconds: 240,
  async start({ ring }, size = 1) {
    const before = await ring.read()
    const ours = await ring.write([Math.round(160 - 120 * size), 160, 160])
    return async () => {
      // A value that somebody has mended meanwhile is kept.
      const now = await ring.read()
      if (now.version === ours.version && before) await ring.write(before.nodes.map((node) => node.points))
    }
  },
}

const HOT_KEYS = 4_000
const HOT_CACHE = 'cache-b'
/** The policy of the keys says 40 s: a minute, so that what is usual is known before they end. */
const HOT_LIFE = 1.5
const HOT_SHARE = 0.5
/** What the database can answer of what the hot keys are read: fewer than miss when all have ended. */
const ANSWERED = 0.6
const PAGES_AT_ONCE = 24
const cascade: Drill = {
  name: 'cascade',
  title: 'A cliff, and all that falls after it',
  does: `A job writes ${HOT_KEYS.toLocaleString('en')} keys campaign:* of ${HOT_CACHE} in one go, and half of all reads go to them. All end together a minute later. The database can answer ${ANSWERED * 100} % of these, and each application server takes ${PAGES_AT_ONCE} pages at a time. app4 is mended meanwhile.`,
  lookFor: `One incident: the cliff on ${HOT_CACHE}, reads that miss, pages that wait for the database, a queue at HAProxy. Its first cause is the cliff.`,
  rule: 'balancer/queueing',
  lastsSeconds: 180,
  async start({ apps, caches, origin, haproxy, traffic, forget }) {
    const { app4 } = apps
    const pages = ['app1', 'app2', 'app3', 'app4']
    const limit = (count: number) =>
      Promise.all(pages.map((name) => ask(haproxy.about.adminPort, `set maxconn server app/${name} ${count}\n`)))
    const usual = app4!.latencyMs
    app4!.latencyMs = apps.app1!.latencyMs
    await limit(PAGES_AT_ONCE)
    const keys: string[] = []
    for (let id = 0; keys.length < HOT_KEYS; id++) if (caches.owner(`campaign:${id}`) === HOT_CACHE) keys.push(`campaign:${id}`)
    const readsPerSecond = 2 * traffic.pagesPerSecond
    origin.perSecond = ANSWERED * HOT_SHARE * readsPerSecond
    for (let from = 0; from < keys.length; from += 500)
      await Promise.all(keys.slice(from, from + 500).map((key) => caches.write(key, `banner of ${key}`, HOT_LIFE)))
    const bend: Detour = { share: HOT_SHARE, key: () => keys[Math.floor(Math.random() * keys.length)]! }
    traffic.detours.add(bend)
    return async () => {
      traffic.detours.delete(bend)
      origin.perSecond = null
      app4!.latencyMs = usual
      await limit(0)
      await forget(keys)
    }
  },
}

export const drills: readonly Drill[] = [
  slowServer,
  serverDown,
  flappingServer,
  errorRate,
  evictionStorm,
  hitRatioDrop,
  cacheRestart,
  hotKey,
  massExpiry,
  stampede,
  cascade,
  unevenRing,
]
