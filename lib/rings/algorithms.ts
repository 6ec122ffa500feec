import type { RingAlgorithm } from '../model/ring.ts'
import type { Algorithm } from './algorithm.ts'
import { groupcache, predis, redisRb } from './algorithms/crc32Rings.ts'
import { dalli } from './algorithms/dalli.ts'
import { envoyMaglev } from './algorithms/envoyMaglev.ts'
import { envoyRingHash } from './algorithms/envoyRingHash.ts'
import { haproxyConsistent } from './algorithms/haproxyConsistent.ts'
import { haproxyMap } from './algorithms/haproxyMap.ts'
import { jump } from './algorithms/jump.ts'
import { ketama } from './algorithms/ketama.ts'
import { libmemcached } from './algorithms/libmemcached.ts'
import { modulo } from './algorithms/modulo.ts'
import { nginxConsistent } from './algorithms/nginxConsistent.ts'
import { nginxHash } from './algorithms/nginxHash.ts'
import { redisCluster } from './algorithms/redisCluster.ts'
import { rendezvous } from './algorithms/rendezvous.ts'
import { twemproxyKetama } from './algorithms/twemproxyKetama.ts'
import { twemproxyModula } from './algorithms/twemproxyModula.ts'
import { varnishHashDirector, varnishShard } from './algorithms/varnish.ts'

/** The registry: every algorithm that is computed exactly. */
export const algorithms: Record<RingAlgorithm, Algorithm> = {
  'haproxy-consistent': haproxyConsistent,
  'haproxy-map': haproxyMap,
  'nginx-consistent': nginxConsistent,
  'nginx-hash': nginxHash,
  'envoy-ring-hash': envoyRingHash,
  'envoy-maglev': envoyMaglev,
  'twemproxy-ketama': twemproxyKetama,
  'twemproxy-modula': twemproxyModula,
  'varnish-shard': varnishShard,
  'varnish-hash': varnishHashDirector,
  ketama,
  libmemcached,
  modulo,
  dalli,
  rendezvous,
  jump,
  'redis-rb': redisRb,
  predis,
  groupcache,
  'redis-cluster': redisCluster,
}
