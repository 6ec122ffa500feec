import { EvenkeelError } from '../../model/error.ts'
import type { Product } from '../../model/product.ts'
import { authority, loginAt } from '../place.ts'
import { type MemcachedConfig, memcachedAddress, memcachedConfig } from './config.ts'
import { describes } from './described.ts'
import { type MemcachedLink, openMemcached } from './link.ts'
import { keys } from './probes/keys.ts'
import { largest } from './probes/largest.ts'
import { proxy } from './probes/proxy.ts'
import { settings } from './probes/settings.ts'
import { sizes } from './probes/sizes.ts'
import { slabs } from './probes/slabs.ts'
import { stats } from './probes/stats.ts'
import { watch } from './probes/watch.ts'
import { prerequisites } from './required.ts'
import { LEAST_MEGABYTES, MEGABYTE } from './settings.ts'
import { writes } from './written.ts'

/** memcached, by its text protocol. */
export const memcached: Product<MemcachedConfig, MemcachedLink> = {
  kind: 'memcached',
  title: 'memcached',
  config: memcachedConfig,
  open: openMemcached,
  close: (link) => link.client.close(),
  can: {
    memory: { setting: 'limit_maxbytes', unitBytes: MEGABYTE, leastBytes: LEAST_MEGABYTES * MEGABYTE },
    slabs: 'config/slab_automove',
    references: true,
    countsEndsLate: true,
    bursts:
      'reads and writes in bursts of watch, at most 3 000 lines or 300 ms, longer only while few come, up to a second: up to 3 µs of its CPU for each one heard, about 200 a second. It drops lines rather than wait for a listener',
  },
  located: {
    labels: ['memcached'],
    port: 11211,
    at: (place) => ({ address: authority(place), ...(place.tls ? { tls: true } : {}), ...loginAt(place) }),
  },
  probes: [stats, slabs, settings, keys, largest, watch, sizes, proxy],
  unavailable: (error) => (error instanceof EvenkeelError && error.code === 'not_allowed' ? error.message : null),
  address: memcachedAddress,
  describes,
  writes,
  prerequisites,
  rights: 'the text protocol, with a user of its own where memcached was started with -Y; it knows no lesser rights',
}
