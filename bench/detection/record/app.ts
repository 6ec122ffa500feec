import { setTimeout as sleep } from 'node:timers/promises'
import { zipf } from '../../../demo/keys.ts'
import { poisson } from '../../../test/normal.ts'
import type { CacheLink } from './link.ts'

/** What of an application's traffic is drawn once, and stands in the recording. */
export type AppDraw = {
  /** Reads, ops/s. */
  perSecond: number
  keys: number
  skew: number
  ttlMs: number
  /** 0.2: TTLs are drawn within ±20 %. */
  jitter: number
  valueBytes: number
  /** Share of the reads that are followed by a write of the same key. */
  overwrites: number
  /** What the origin takes, ms. */
  originMs: number
  /** One of the popular keys is replaced by a new one so often, ms. */
  freshMs: number
}

/** An application that reads one cache and fills it from its origin, with the handles by which drills bend what it does. */
export type App = {
  /** Multiplies the reads. */
  factor: number
  /** A share of the reads that goes to other keys. */
  detour: { share: number; key(): string } | null
  /** Keys that take the origin so long, ms. */
  slow: { key: string; ms: number } | null
  stop(): void
}

const TICK_MS = 50
/** No key takes more than a percent or two, as in ordinary traffic. */
const FLAT = 20
/** Reads that may be open: an application that hangs asks no more. */
const OPEN_MAX = 500

/** Starts with the cache as it would be after hours: each key is there as often as it is read within its life, somewhere in that life. */
export async function startApp(link: CacheLink, draw: AppDraw, load: (at: number) => number, random: () => number): Promise<App> {
  const { perSecond, keys, skew, ttlMs, jitter, valueBytes, overwrites, originMs, freshMs } = draw
  const rank = zipf(keys, skew, FLAT, random)
  const share = sharesOf(keys, skew)
  const names = Array.from({ length: keys }, (_, place) => `item:${place}`)
  const values = Array.from({ length: 16 }, (_, size) => 'x'.repeat(Math.round(valueBytes * (0.3 + size / 10))))
  const valueAt = (key: string) => values[key.charCodeAt(key.length - 1) % values.length]!
  const life = () => Math.max(1, Math.round(ttlMs * (1 + jitter * (2 * random() - 1))))

  for (let from = 0; from < keys; from += 1_000) {
    const batch: Promise<unknown>[] = []
    for (let place = from; place < Math.min(keys, from + 1_000); place++) {
      const held = (perSecond * share(place) * ttlMs) / 1_000
      if (random() < held / (1 + held))
        batch.push(link.set(names[place]!, valueAt(names[place]!), Math.max(1, Math.round(life() * random()))))
    }
    await Promise.all(batch)
  }

  let open = 0
  let made = 0
  const app: App = {
    factor: 1,
    detour: null,
    slow: null,
    stop() {
      clearInterval(timer)
      clearInterval(fresh)
      link.close()
    },
  }
  const read = async (key: string) => {
    open++
    try {
      const cached = await link.get(key)
      if (cached === null) {
        await sleep(app.slow?.key === key ? app.slow.ms : originMs * (0.7 + 0.6 * random()))
        await link.set(key, valueAt(key), life())
      } else if (random() < overwrites) await link.set(key, valueAt(key), life())
    } catch {
      // The cache is away: readers get their page from the origin, and fill nothing.
    } finally {
      open--
    }
  }
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // After a stall the backlog is dropped: people do not wait until a machine has caught up.
    const seconds = Math.min(0.2, (now - last) / 1_000)
    last = now
    for (let due = poisson(perSecond * load(now) * app.factor * seconds, random); due > 0 && open < OPEN_MAX; due--)
      void read(app.detour && random() < app.detour.share ? app.detour.key() : names[rank()]!)
  }, TICK_MS)
  const fresh = setInterval(() => {
    names[rank()] = `fresh:${made++}`
  }, freshMs)
  return app
}

/** How large a part of the reads the keys of each place take, by the law that `zipf` draws them by. */
function sharesOf(keys: number, skew: number): (place: number) => number {
  const weight = (place: number) => (place + 1 + FLAT) ** -skew
  let sum = 0
  for (let place = 0; place < keys; place++) sum += weight(place)
  return (place) => weight(place) / sum
}
