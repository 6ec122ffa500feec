import { EvenkeelError } from '../../model/error.ts'
import type { Product } from '../../model/product.ts'
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
    bursts: true,
  },
  probes: [stats, slabs, settings, keys, largest, watch, sizes, proxy],
  unavailable: (error) => (error instanceof EvenkeelError && error.code === 'not_allowed' ? error.message : null),
  address: memcachedAddress,
  describes,
  writes,
  prerequisites,
  rights: 'the text protocol, with a user of its own where memcached was started with -Y; it knows no lesser rights',
}
