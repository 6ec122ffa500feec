import type { Probe } from '../../../model/product.ts'
import { partlyRead, rawRecord } from '../../answers.ts'
import { parseBackendList } from '../backendList.ts'
import { manage, managed, type VarnishLink } from '../link.ts'
import { LISTED_METRICS, listedSamples, poolOfBackend, poolsOf } from '../pools.ts'

type Raw = { list: string; banner: string }

/** `backend.list -p -j`: the backends and directors of the active VCL. */
export const backends: Probe<VarnishLink, Raw> = {
  id: 'backends',
  feature: 'backend.list',
  emits: { metrics: LISTED_METRICS, topology: ['pools'] },
  everyMs: 2_000,
  cost: 'one command each 2 s on a kept connection, about 0.4 kB a backend; with `syslog_cli_traffic` on (the default) each is a line in the log',
  wanted: managed,
  async read(link, _cursor, signal) {
    const list = await manage(link, (client) => client.ask('backend.list -p -j', signal))
    const parsed = parseBackendList(list)
    link.listed = { vcl: parsed.vcl, poolOf: poolOfBackend(poolsOf(parsed)) }
    return { list, banner: link.client.banner }
  },
  parse({ list, banner }, { at }) {
    const parsed = parseBackendList(list)
    const pools = poolsOf(parsed)
    const version = /varnish-(\d[\w.]*)/.exec(banner)?.[1]
    return {
      samples: listedSamples(pools),
      records: [rawRecord('backends', at, list)],
      topology: {
        pools,
        ...(version ? { facts: { version } } : {}),
        capabilities: partlyRead('backend.list', parsed.unread, parsed.rows.length + parsed.unread.length),
      },
    }
  },
}
