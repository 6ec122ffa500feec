import { createRedisClient, type RedisClient } from './client.ts'
import type { RedisConfig } from './config.ts'
import { TtlSample } from './ttlSample.ts'

/** What the probes of one target share: the connection, the newest INFO's few numbers that other probes ask before they cost something. */
export type RedisLink = {
  config: RedisConfig
  client: RedisClient
  /** From the newest INFO; null before the first. */
  seen: { clients: number; keys: number; keysExpiring: number; runId: string } | null
  ttl: TtlSample
  /** Takes one section of INFO at a time: Redis before 7. */
  oldInfo: boolean
}

export const openRedis = (config: RedisConfig): RedisLink => ({
  config,
  client: createRedisClient(config),
  seen: null,
  ttl: new TtlSample(),
  oldInfo: false,
})
