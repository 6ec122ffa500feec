import type { BurstCounts } from '../hotKeys.ts'
import { createMemcachedClient, type MemcachedClient } from './client.ts'
import type { MemcachedConfig } from './config.ts'
import type { Vitals } from './vitals.ts'

/** What the probes of one target share: the connection, and what a probe learned that another asks before it costs something. */
export type MemcachedLink = {
  config: MemcachedConfig
  client: MemcachedClient
  /** From the newest `stats`; null before the first. */
  seen: Vitals | null
  /** Whether it counts sizes of items, from the newest `stats settings`; null before the first. */
  tracksSizes: boolean | null
  /** What bursts of `watch` counted in this run of the server, newest first; `dueAt`: when the next may begin, by the monotonic clock. */
  watched: { runId: string; bursts: BurstCounts[]; dueAt: number }
}

export const openMemcached = (config: MemcachedConfig): MemcachedLink => ({
  config,
  client: createMemcachedClient(config),
  seen: null,
  tracksSizes: null,
  watched: { runId: '', bursts: [], dueAt: 0 },
})
