import { EvenkeelError } from '../../model/error.ts'
import type { Product } from '../../model/product.ts'
import { pageAt } from '../place.ts'
import { looked, prerequisite } from '../prerequisites.ts'
import { accessLog } from './accessLog.ts'
import { withVarnish } from './client.ts'
import { type VarnishConfig, varnishAddress, varnishConfig } from './config.ts'
import { openVarnish, type VarnishLink } from './link.ts'
import { PARAMS, readParam } from './params.ts'
import { backends } from './probes/backends.ts'
import { params } from './probes/params.ts'
import { stats } from './probes/stats.ts'
import { describes, writes } from './written.ts'

const DEADLINE_MS = 2_000

/** Varnish Cache: an HTTP cache with its backends. */
export const varnish: Product<VarnishConfig, VarnishLink> = {
  kind: 'varnish',
  title: 'Varnish',
  can: { alone: true },
  config: varnishConfig,
  open: openVarnish,
  close: async (link) => {
    await link.log.source?.close()
    await link.client.close()
  },
  located: { at: (place) => ({ exporter: pageAt(place, '/metrics') }) },
  // The list first: the first counters then already have their pools.
  probes: [backends, params, stats, accessLog],
  unavailable: (error) => (error instanceof EvenkeelError && error.code === 'not_allowed' ? error.message : null),
  address: varnishAddress,
  describes,
  writes,
  async prerequisites(config) {
    if (config.admin === undefined) return [prerequisite('management port', 'no `admin` in the configuration: nothing is set')]
    const asked = withVarnish(config, (client) => readParam(client, PARAMS[0], AbortSignal.timeout(DEADLINE_MS)))
    return [prerequisite('management port', await looked(asked))]
  },
  rights:
    "to read: run `varnishstat` as a user of the group `varnish` (or GET of the exporter's page); to see backends and to tune: the management port (-T) and read access to its secret file (-S), which lets its holder do everything",
}
