import { createRedisClient, type RedisClient } from './client.ts'
import type { RedisConfig } from './config.ts'
import { Leaders } from './leaders.ts'
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
  /** Why MONITOR cannot be run here; null when it can, or was not tried. */
  deaf: string | null
  /** Bytes and LFU counters of keys that the TTL sample came past. */
  sizes: Leaders
  frequencies: Leaders
}

export const openRedis = (config: RedisConfig): RedisLink => ({
  config,
  client: createRedisClient(config),
  seen: null,
  ttl: new TtlSample(),
  oldInfo: false,
  own: new Set(),
  heard: nothingHeard(),
  deaf: null,
  sizes: new Leaders(20),
  frequencies: new Leaders(20),
})
