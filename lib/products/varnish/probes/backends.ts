import type { Probe } from '../../../model/product.ts'
import { partlyRead, rawRecord } from '../../answers.ts'
import { parseBackendList } from '../backendList.ts'
import { manage, managed, readVcl, type VarnishLink, type VclRead, versionIn } from '../link.ts'
import { LISTED_METRICS, listedSamples, poolOfBackend, poolsOf } from '../pools.ts'

type Raw = { list: string; banner: string; vcl: VclRead | null }

/** `backend.list -p -j`: the backends and directors of the active VCL. */
export const backends: Probe<VarnishLink, Raw> = {
  id: 'backends',
  feature: 'backend.list',
  emits: { metrics: LISTED_METRICS, topology: ['pools'] },
  everyMs: 2_000,
  cost: 'one command each 2 s on a kept connection, about 0.4 kB a backend; with `syslog_cli_traffic` on (the default) each is a line in the log',
  wanted: managed,
  read: (link, _cursor, signal) =>
    manage(link, async (client) => {
      const list = await client.ask('backend.list -p -j', signal)
      const parsed = parseBackendList(list)
      const vcl = parsed.vcl === '' ? null : await readVcl(link, client, parsed.vcl, signal)
      link.listed = { vcl: parsed.vcl, poolOf: poolOfBackend(poolsOf(parsed, vcl)) }
      return { list, banner: client.banner, vcl }
    }),
  parse({ list, banner, vcl }, { at }) {
    const parsed = parseBackendList(list)
    const pools = poolsOf(parsed, vcl)
    const version = versionIn(banner)
    return {
      samples: listedSamples(pools),
      records: [rawRecord('backends', at, list)],
      topology: {
        pools,
        ...(version ? { facts: { version } } : {}),
        capabilities: [
          ...partlyRead('backend.list', parsed.unread, parsed.rows.length + parsed.unread.length),
          ...(vcl?.because ? [{ feature: 'rings of directors', available: false, because: vcl.because }] : []),
        ],
      },
    }
  },
}
