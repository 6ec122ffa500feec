import { z } from 'zod'
import { EvenkeelError, malformed } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import type { Capability } from '../../model/topology.ts'
import { printable } from '../answers.ts'
import { pageAt } from '../place.ts'
import { looked, prerequisite } from '../prerequisites.ts'
import { readText, replaceable } from '../replaceFile.ts'
import { adminPage, type DumpPage, type EnvoyConfig, type EnvoyLink, envoyConfig, pageOf } from './client.ts'
import { type EjectionsOf, parseClusters } from './clusters.ts'
import { type ClusterConfig, type ConfigDump, parseConfigDump } from './configDump.ts'
import { describes } from './described.ts'
import { assigned, discoveryRequest, discoveryResponse, parseEds } from './eds.ts'
import { EjectionCounts } from './ejections.ts'
import { noteNack } from './nacks.ts'
import { parseStats, STATS_FILTER } from './stats.ts'
import { writes } from './written.ts'

type Raw = {
  clusters: string
  config: DumpPage | null
  /** The EDS file of the configuration: which assignments it holds, or why that is not known. */
  eds: { file: string; assigned: string[] } | { because: string }
  ejections: EjectionsOf
}

/** Policies and routes change by deploys. */
const DUMP_EVERY_MS = 10_000

const clusters: Probe<EnvoyLink, Raw> = {
  id: 'clusters',
  feature: 'GET /clusters',
  emits: {
    metrics: [
      'pool_requests_total',
      'pool_errors_total',
      'pool_sessions',
      'pool_sessions_max',
      'pool_weight_set',
      'pool_weight_effective',
      'pool_up',
    ],
    topology: ['pools'],
  },
  everyMs: 1_000,
  cost: 'an admin page on the main thread, about 1 ms for a hundred hosts; each 10 s /config_dump too',
  vital: true,
  async read(link, _cursor, signal) {
    const { config } = link
    const now = performance.now()
    // Some operators close this page alone: pools are shown without their ring then.
    if (!link.dump || now - link.dump.at >= DUMP_EVERY_MS) link.dump = { at: now, page: await dumpPage(config, signal) }
    const page = await adminPage(config, '/clusters?format=json', signal)
    return { clusters: page, config: link.dump.page, eds: await edsOf(config), ejections: link.ejections.all() }
  },
  parse(raw) {
    const dump = dumpOf(raw.config)
    const configs = 'because' in dump ? new Map<string, ClusterConfig>() : dump.clusters
    const may = ({ assignment, config }: { assignment: string; config: ClusterConfig | undefined }) => writable(raw.eds, assignment, config)
    const { samples, pools, unread } = parseClusters(raw.clusters, configs, may, raw.ejections)
    const capabilities = [
      ...(unread === null ? [] : [{ feature: 'GET /clusters', available: true, because: unread }]),
      policies(dump),
      ...rings(pools),
      ...aggregates(configs),
    ]
    return { samples, records: [], topology: { pools, capabilities } }
  },
}

const CLOSED = 'the admin interface does not show it: how clusters balance, and their rings, are not known'

const dumpPage = (config: EnvoyConfig, signal: AbortSignal): Promise<DumpPage | null> =>
  adminPage(config, '/config_dump?include_eds', signal).then(
    (text) => ({ text }),
    () => null,
  )

/** A page is asked for each second and changes each ten: megabytes on a large Envoy. */
const known = new WeakMap<DumpPage, ConfigDump | { because: string }>()

/** A dump that is none takes the rings from sight, not the traffic. */
function dumpOf(page: DumpPage | null): ConfigDump | { because: string } {
  if (page === null) return { because: CLOSED }
  const before = known.get(page)
  if (before) return before
  const dump = readDump(page.text)
  known.set(page, dump)
  return dump
}

function readDump(text: string): ConfigDump | { because: string } {
  try {
    return parseConfigDump(text)
  } catch (error) {
    if (error instanceof EvenkeelError) return { because: error.message }
    throw error
  }
}

const policies = (dump: ConfigDump | { because: string }): Capability => {
  const feature = 'GET /config_dump'
  if ('because' in dump) return { feature, available: false, because: dump.because }
  return dump.unread === 0
    ? { feature, available: true }
    : { feature, available: true, because: `${dump.unread} of its clusters could not be read: how they balance is not known` }
}

/** Leaves out rings that would predict nothing, with the reason. */
const rings = (pools: readonly { name: string; ringBecause?: string }[]): Capability[] =>
  pools.flatMap(({ name, ringBecause }) =>
    ringBecause === undefined ? [] : [{ feature: `ring of ${printable(name).slice(0, 80)}`, available: false, because: ringBecause }],
  )

const aggregates = (configs: ReadonlyMap<string, ClusterConfig>): Capability[] =>
  [...configs].flatMap(([name, { members }]) =>
    members.length === 0
      ? []
      : [
          {
            feature: `hosts of ${printable(name).slice(0, 80)}`,
            available: false,
            because: `it is an aggregate of ${printable(members.join(', ')).slice(0, 200)}, whose hosts are shown in pools of their own`,
          },
        ],
  )

async function edsOf({ eds }: EnvoyConfig): Promise<Raw['eds']> {
  if (!eds) return { because: 'no `eds` in the configuration: weights are set through the EDS file that Envoy reads' }
  try {
    return { file: eds.file, assigned: assigned(parseEds(await readText(eds.file))) }
  } catch (error) {
    return { because: (error as Error).message }
  }
}

/** True, or why no weight of that cluster can be set, with the mend. */
function writable(eds: Raw['eds'], assignment: string, config: ClusterConfig | undefined): true | string {
  const file = 'file' in eds ? eds.file : '/etc/envoy/eds.json'
  if (config && config.type !== 'EDS')
    return `its endpoints are fixed at Envoy's start (${config.type ?? 'a cluster extension'}); to weigh them live: type: EDS, eds_cluster_config: { eds_config: { path_config_source: { path: ${file} } } }`
  if ('because' in eds) return eds.because
  return eds.assigned.includes(assignment) || 'the EDS file has no assignment for it: its endpoints come from elsewhere (a control plane?)'
}

type RawStats = { page: string; dump: DumpPage | null }
const stats: Probe<EnvoyLink, RawStats> = {
  id: 'stats',
  feature: 'GET /stats/prometheus',
  emits: {
    metrics: ['pool_queue', 'pool_retries_total', 'pool_shed_total', 'pool_breaker_open', 'pool_response_seconds', 'pool_connect_seconds'],
  },
  everyMs: 5_000,
  cost: 'one filtered admin page, about 1 ms',
  async read({ config, dump, ejections }, _cursor, signal) {
    const page = await adminPage(config, `/stats/prometheus?usedonly&filter=${encodeURIComponent(STATS_FILTER)}`, signal)
    ejections.take(page, statNames(dumpOf(dump?.page ?? null)))
    return { page, dump: dump?.page ?? null }
  },
  parse({ page, dump }, { cursor }) {
    const parsed = parseStats(page, cursor, statNames(dumpOf(dump)))
    const capabilities =
      parsed.unread === null ? {} : { capabilities: [{ feature: stats.feature, available: true, because: parsed.unread }] }
    return { samples: parsed.samples, records: [], topology: capabilities, cursor: parsed.cursor }
  },
}

/** Statistics call a cluster by its `alt_stat_name`, and write an underscore for each colon. */
const statNames = (dump: ConfigDump | { because: string }): Map<string, string> =>
  new Map('because' in dump ? [] : [...dump.clusters].map(([name, { statName }]) => [statName, name]))

const infoShape = z.looseObject({ version: z.string(), state: z.string().default('LIVE'), uptime_current_epoch: z.string().optional() })
const info: Probe<EnvoyLink, string> = {
  id: 'server-info',
  feature: 'GET /server_info',
  everyMs: 10_000,
  cost: 'one small admin page',
  read: ({ config }, _cursor, signal) => adminPage(config, '/server_info', signal),
  parse(raw) {
    const parsed = infoShape.safeParse(pageOf(raw, '/server_info'))
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
  writes,
  config: envoyConfig,
  open: (config) => ({ config, dump: null, ejections: new EjectionCounts() }),
  close: async () => {},
  located: { port: 9901, at: (place) => ({ admin: pageAt({ ...place, path: '' }, '') }) },
  probes: [clusters, stats, info],
  address: (config) => new URL(config.admin).host,
  /** REST xDS (`api_type: REST`): the weights that a change wrote into Evenkeel's own EDS files. */
  serves: {
    path: '/v3/discovery:endpoints',
    async answer(configs, body) {
      const request = discoveryRequest(body)
      const serving = servingFor(configs, request.node)
      if (request.error_detail)
        for (const { name } of serving) noteNack(name, printable(request.error_detail.message).slice(0, 300) || 'no reason given')
      const files = serving.map(async ({ eds }) => parseEds(await readText(eds!.file)))
      return discoveryResponse(await Promise.all(files), request)
    },
  },
  async prerequisites({ eds }) {
    if (!eds) return [prerequisite('EDS file', 'no `eds` in the configuration: no weight is set')]
    const may = await replaceable(eds.file)
    return [prerequisite('EDS file', may === true ? await looked(readText(eds.file).then(parseEds)) : may)]
  },
  rights: 'GET on the admin interface; write access to the EDS file (and its directory, for the rename) to apply weights',
}

/** The targets whose files this Envoy is served: those that name it, else those that name no Envoy. */
function servingFor(configs: readonly EnvoyConfig[], { id, cluster }: { id: string; cluster: string }): EnvoyConfig[] {
  const serving = configs.filter(({ eds }) => eds?.serve)
  const named = serving.filter(({ eds }) => eds!.node !== undefined && (eds!.node === id || eds!.node === cluster))
  return named.length > 0 ? named : serving.filter(({ eds }) => eds!.node === undefined)
}
