import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import { adminPage, type EnvoyConfig, type EnvoyLink, envoyConfig, parseJson } from './client.ts'
import { parseClusters } from './clusters.ts'
import { type ClusterConfig, parseConfigDump } from './configDump.ts'
import { describes } from './described.ts'
import { discoveryRequest, discoveryResponse, merged } from './eds.ts'
import { parseStats, STATS_FILTER } from './stats.ts'

const READ_ONLY = 'no `eds` in the configuration: clusters that are not fed by EDS take no weights at run time'

const clusters: Probe<EnvoyLink, { clusters: string; config: string | null; writable: boolean }> = {
  id: 'clusters',
  feature: 'GET /clusters, /config_dump',
  everyMs: 1_000,
  cost: 'two admin pages on the main thread, about 1 ms for a hundred hosts',
  vital: true,
  async read({ config }, _cursor, signal) {
    const [hosts, dump] = await Promise.all([
      adminPage(config, '/clusters?format=json', signal),
      // Some operators close this page alone: pools are shown without their ring then.
      adminPage(config, '/config_dump?include_eds', signal).catch(() => null),
    ])
    return { clusters: hosts, config: dump, writable: config.eds !== undefined }
  },
  parse(raw) {
    const configs: Map<string, ClusterConfig> = raw.config ? parseConfigDump(raw.config) : new Map()
    const { samples, pools } = parseClusters(raw.clusters, configs, raw.writable || READ_ONLY)
    return { samples, records: [], topology: { pools } }
  },
}

const stats: Probe<EnvoyLink, string> = {
  id: 'stats',
  feature: 'GET /stats/prometheus',
  everyMs: 5_000,
  cost: 'one filtered admin page, about 1 ms',
  read: ({ config }, _cursor, signal) => adminPage(config, `/stats/prometheus?usedonly&filter=${encodeURIComponent(STATS_FILTER)}`, signal),
  parse(raw, { cursor }) {
    const parsed = parseStats(raw, cursor)
    return { samples: parsed.samples, records: [], topology: {}, cursor: parsed.cursor }
  },
}

const infoShape = z.looseObject({ version: z.string(), state: z.string().default('LIVE'), uptime_current_epoch: z.string().optional() })
const info: Probe<EnvoyLink, string> = {
  id: 'server-info',
  feature: 'GET /server_info',
  everyMs: 10_000,
  cost: 'one small admin page',
  read: ({ config }, _cursor, signal) => adminPage(config, '/server_info', signal),
  parse(raw) {
    const parsed = infoShape.safeParse(parseJson(raw, '/server_info'))
    if (!parsed.success) throw malformed("Envoy's /server_info has no version", raw)
    // `<sha>/1.31.0/Clean/RELEASE/BoringSSL`
    const version = /\/(\d+\.\d+\.\d+)\//.exec(parsed.data.version)?.[1] ?? parsed.data.version.slice(0, 40)
    const uptime = Number.parseInt(parsed.data.uptime_current_epoch ?? '', 10)
    const samples = Number.isFinite(uptime) ? [{ metric: 'envoy_server_uptime', value: uptime }] : []
    return { samples, records: [], topology: { facts: { version } } }
  },
}

export const envoy: Product<EnvoyConfig, EnvoyLink> = {
  kind: 'envoy',
  title: 'Envoy',
  describes,
  config: envoyConfig,
  open: (config) => ({ config }),
  close: async () => {},
  probes: [clusters, stats, info],
  address: (config) => new URL(config.admin).host,
  /** REST xDS (`api_type: REST`): the weights that a change wrote into Evenkeel's own EDS files. */
  serves: {
    path: '/v3/discovery:endpoints',
    async answer(configs, body) {
      const request = discoveryRequest(body)
      const files = configs.flatMap(({ eds }) => (eds?.serve ? [eds.file] : []))
      return discoveryResponse(merged(await Promise.all(files.map((file) => readFile(file, 'utf8')))), request)
    },
  },
  rights: 'GET on the admin interface; write access to the EDS file (and its directory, for the rename) to apply weights',
}
