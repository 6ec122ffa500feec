import { createRedisClient, type RedisClient } from './client.ts'
import type { RedisConfig } from './config.ts'
import { type Heard, nothingHeard } from './monitor/heard.ts'
import { TtlSample } from './ttlSample.ts'
import type { Vitals } from './vitals.ts'

/** What the probes of one target share: the connection, the newest INFO's few numbers that other probes ask before they cost something. */
export type RedisLink = {
  config: RedisConfig
  client: RedisClient
  /** From the newest INFO; null before the first. */
  seen: Vitals | null
  ttl: TtlSample
  /** Takes one section of INFO at a time: Redis before 7. */
  oldInfo: boolean
  /** This Evenkeel's connections, of the newest CLIENT LIST. */
  own: Set<string>
  heard: Heard
}

export const openRedis = (config: RedisConfig): RedisLink => ({
  config,
  client: createRedisClient(config),
  seen: null,
  ttl: new TtlSample(),
  oldInfo: false,
  own: new Set(),
  heard: nothingHeard(),
})
