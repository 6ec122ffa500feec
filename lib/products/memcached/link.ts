import { createMemcachedClient, type MemcachedClient } from './client.ts'
import type { MemcachedConfig } from './config.ts'

/** What the probes of one target share: the connection, and what a probe learned that another asks before it costs something. */
export type MemcachedLink = {
  config: MemcachedConfig
  client: MemcachedClient
}

export const openMemcached = (config: MemcachedConfig): MemcachedLink => ({ config, client: createMemcachedClient(config) })
