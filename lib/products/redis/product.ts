import type { Product } from '../../model/product.ts'
import { authority, loginAt } from '../place.ts'
import { type RedisConfig, redisAddress, redisConfig } from './config.ts'
import { describes } from './described.ts'
import { unavailableBecause } from './errors.ts'
import { isGroup, redisGroup } from './group/group.ts'
import { closeRedis, openRedis, type RedisLink } from './link.ts'
import { clients } from './probes/clients.ts'
import { cluster } from './probes/cluster.ts'
import { commandlog } from './probes/commandlog.ts'
import { config } from './probes/config.ts'
import { hotkeys } from './probes/hotkeys.ts'
import { hotSlot } from './probes/hotSlot.ts'
import { idle } from './probes/idle.ts'
import { info } from './probes/info.ts'
import { keys } from './probes/keys.ts'
import { latency } from './probes/latency.ts'
import { lfu } from './probes/lfu.ts'
import { memory } from './probes/memory.ts'
import { monitor } from './probes/monitor.ts'
import { references } from './probes/references.ts'
import { settings } from './probes/settings.ts'
import { slots } from './probes/slots.ts'
import { slowlog } from './probes/slowlog.ts'
import { ttl } from './probes/ttl.ts'
import { prerequisites } from './required.ts'
import { writes } from './written.ts'

/** Redis and Valkey, one server; of a Cluster or behind Sentinels, each server that was found. */
export const redis: Product<RedisConfig, RedisLink> = {
  kind: 'redis',
  title: 'Redis',
  describes,
  writes,
  config: redisConfig,
  variant: (config) => (isGroup(config) ? redisGroup : null),
  open: openRedis,
  close: closeRedis,
  can: {
    memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 },
    eviction: { policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' },
    references: true,
    slowLog: true,
    replicas: true,
    documents: true,
    retime: true,
    bursts:
      'commands in bursts of MONITOR, at most 3 000 commands or 300 ms, longer only while few come, up to a second: 2 to 3 µs of its CPU for each command heard, about 200 a second. Values are dropped at once. Where commands are too many or too large for that and the server has HOTKEYS (Redis 8.6), it counts itself: sessions of at most 2 s, which end by themselves',
  },
  located: {
    labels: ['redis', 'valkey', 'keydb', 'dragonfly'],
    port: 6379,
    at: (place) => ({ url: `${place.tls ? 'rediss' : 'redis'}://${authority(place)}`, ...loginAt(place) }),
  },
  probes: [
    info,
    slowlog,
    commandlog,
    latency,
    memory,
    clients,
    config,
    settings,
    cluster,
    slots,
    ttl,
    keys,
    idle,
    hotkeys,
    monitor,
    references,
    lfu,
    hotSlot,
  ],
  pipelined: true,
  prerequisites,
  unavailable: unavailableBecause,
  address: redisAddress,
  rights:
    '~* resetchannels -@all +info +slowlog|get +latency|latest +memory|stats +client|list +client|setname +config|get +cluster|nodes +cluster|countkeysinslot +readonly +command|info +scan +pexpiretime +memory|usage +type +object|idletime; for hot keys also +monitor +client|info or +object|freq, and +hotkeys where the server has it; for references from MONITOR +monitor +client|info +ping; with Valkey 8.1 or later also +commandlog|get, and in a Cluster of Valkey 8 or Redis 8.2 +cluster|slot-stats; to tune also, by this user or by that of `write`, +config|set, and to spread keys that end together +pexpireat +eval, to move slots of a Cluster +cluster|info +cluster|setslot +cluster|getkeysinslot +migrate +select +restore-asking +asking +unlink',
}
