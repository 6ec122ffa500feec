import { setTimeout as sleep } from 'node:timers/promises'
import { redisConfig } from '../lib/products/redis/config.ts'
import { openRedis, type RedisLink } from '../lib/products/redis/link.ts'
import { LookupBudget } from '../lib/products/redis/lookups.ts'
import type { Listened } from '../lib/products/redis/monitor/listener.ts'
import { redis } from '../lib/products/redis/product.ts'
import type { RedisServer } from '../test/servers.ts'

const BEAT_MS = 10

class Unlimited extends LookupBudget {
  override take(_at: number, most: number) {
    return { count: most, boosted: false }
  }

  override giveBack(): void {}
}

/**
 * Every probe of Redis at its own rhythm, as the engine does it, on a clock that stands still between two spells of watching: a probe that is due
 * each 30 s is so of each 30 s watched.
 */
export class RedisWatch {
  readonly link: RedisLink
  readonly reads = new Map<string, number>()
  /** Why a probe was not wanted, or failed, last. */
  readonly because = new Map<string, string>()
  /** Hot keys, hottest first, and the rate of the first, by method. */
  readonly hot = new Map<string, { keys: string[]; perSecond: number | null }>()
  /** Commands that bursts of MONITOR have heard. */
  lines = 0
  readonly #cursors = new Map<string, string | null>()
  readonly #dueAt = new Map<string, number>()
  readonly #times: number
  readonly #probes: typeof redis.probes
  #watchedMs = 0

  /** `times` as often as the probes are to be read, with lookups as many as they ask for; `without` some of them. */
  constructor(server: RedisServer, config: Record<string, unknown> = {}, { times = 1, without = [] as string[] } = {}) {
    this.#times = times
    this.#probes = redis.probes.filter(({ id }) => !without.includes(id))
    const everything = { monitor: 'bursts', role: 'cache', references: { from: 'monitor' } }
    this.link = openRedis(redisConfig.parse({ kind: 'redis', name: 'bench', url: server.about.url, ...everything, ...config }))
    if (times > 1) Object.assign(this.link, { lookups: new Unlimited() })
  }

  async spell(ms: number): Promise<void> {
    const began = performance.now()
    const running = new Map<string, Promise<void>>()
    for (let passed = 0; passed < ms; passed = performance.now() - began) {
      for (const { id, ...probe } of this.#probes) {
        const everyMs = probe.everyMs / this.#times
        const due = this.#dueAt.get(id) ?? 0
        if (due > this.#watchedMs + passed || running.has(id)) continue
        this.#dueAt.set(id, Math.max(due, this.#watchedMs + passed - everyMs) + everyMs)
        const reading = this.#read(id).finally(() => running.delete(id))
        running.set(id, reading)
        // Others wait for the first INFO.
        if (this.link.seen === null) await reading
      }
      await sleep(BEAT_MS)
    }
    await Promise.all(running.values())
    this.#watchedMs += performance.now() - began
  }

  async #read(id: string): Promise<void> {
    const probe = redis.probes.find((one) => one.id === id)!
    const wanted = probe.wanted?.(this.link) ?? true
    if (wanted !== true) {
      this.because.set(id, wanted)
      return
    }
    try {
      const cursor = this.#cursors.get(id) ?? null
      const raw = await probe.read(this.link, cursor, AbortSignal.timeout(probe.timeoutMs ?? 5_000))
      const parsed = probe.parse(raw, { cursor, at: Date.now() })
      this.#cursors.set(id, parsed.cursor ?? cursor)
      this.reads.set(id, (this.reads.get(id) ?? 0) + 1)
      const keys = parsed.records.filter((record) => record.kind === 'hot-key').map(({ key }) => key)
      const [first] = parsed.records.filter((record) => record.kind === 'hot-key')
      if (first) this.hot.set(id, { keys, perSecond: first.perSecond })
      if (id === 'monitor') this.lines += (raw as Listened | null)?.burst.lines ?? 0
    } catch (error) {
      this.because.set(id, (error as Error).message)
    }
  }

  close(): Promise<void> {
    return redis.close(this.link)
  }
}
