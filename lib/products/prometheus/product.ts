import { z } from 'zod'
import { withoutTrailingSlashes } from '../../format/url.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { Probe, Product } from '../../model/product.ts'
import { getText } from '../http.ts'
import { type PromSeries, parseAnswer, query, selector, unavailable } from './client.ts'
import { type Behind, type Mapping, type PrometheusConfig, prometheusConfig } from './config.ts'
import { EXPORTERS } from './mapping.ts'
import { toPools, toReadings } from './series.ts'

type Link = { config: PrometheusConfig }

/** History that a server behind Prometheus begins with. */
const BACKFILL_MS = 15 * 60_000
/** Each read asks again for a little of what it has, so that a late scrape is not lost. */
const OVERLAP_MS = 60_000
const EVERY_MS = 5_000

type Raw = { at: number; build: string } | { at: number; series: string; exporter: string; mappings: Mapping[] }

/** The one read: of Prometheus itself its version, of a server behind it every mapped series since the last read. */
const series: Probe<Link, Raw> = {
  id: 'series',
  feature: 'query interface',
  emits: { metrics: [...new Set(Object.values(EXPORTERS).flatMap(({ rows }) => rows.map(({ to }) => to)))], topology: ['pools'] },
  everyMs: EVERY_MS,
  timeoutMs: 4_000,
  cost: 'one instant query each 5 s a server; nothing to the server itself',
  vital: true,
  async read({ config }, cursor, signal) {
    const at = Date.now()
    const { behind, mappings } = config
    if (!behind) return { at, build: await page(config, '/api/v1/status/buildinfo', signal) }
    const exporter = EXPORTERS[behind.exporter]
    const names = [...(exporter?.rows ?? []), ...mappings].map((row) => row.from)
    const beside = ['up', 'redis_instance_info', 'haproxy_process_build_info', ...(exporter?.up ? [exporter.up] : [])]
    const seconds = Math.ceil((cursor === null ? BACKFILL_MS : at - Number(cursor) + OVERLAP_MS) / 1000)
    const answer = await query(config, `${selector([...names, ...beside], config, behind.instance)}[${seconds}s]`, signal)
    return { at, series: answer, exporter: behind.exporter, mappings }
  },
  parse(raw, { cursor }) {
    if ('build' in raw) return { samples: [], records: [], topology: { facts: { version: versionOf(raw.build) } } }
    const all = parseAnswer(raw.series)
    const exporter = EXPORTERS[raw.exporter]
    // A server that cannot be scraped, or whose exporter cannot reach it, is down; no sample at all is a gap.
    if (newestOf(all, 'up') === 0) throw new EvenkeelError('unreachable', 'Prometheus cannot scrape it (up is 0)')
    if (exporter?.up && newestOf(all, exporter.up) === 0)
      throw new EvenkeelError('unreachable', `its exporter cannot reach it (${exporter.up} is 0)`)
    const { samples, newestAt, stepMs } = toReadings(all, [...(exporter?.rows ?? []), ...raw.mappings])
    const after = cursor === null ? 0 : Number(cursor)
    const info = all.find(
      ({ labels }) => labels.__name__ === 'redis_instance_info' || labels.__name__ === 'haproxy_process_build_info',
    )?.labels
    const version = info?.redis_version ?? info?.version
    return {
      samples: samples.filter(({ at = 0 }) => at > after),
      records: [],
      topology: {
        facts: version ? { version } : {},
        pools: toPools(samples, all),
        capabilities: [
          { feature: 'settings', available: false, because: 'seen through Prometheus: configure the server itself to tune it' },
        ],
      },
      cursor: String(Math.max(after, newestAt)),
      ...(stepMs === null ? {} : { stepMs }),
    }
  },
}

const page = (config: PrometheusConfig, path: string, signal: AbortSignal) =>
  getText(
    `${withoutTrailingSlashes(config.url)}${path}`,
    signal,
    config.bearer ? { headers: { authorization: `Bearer ${config.bearer}` } } : {},
  )

function versionOf(text: string): string {
  try {
    return z.object({ data: z.object({ version: z.string() }) }).parse(parseJson(text)).data.version
  } catch {
    throw malformed('Prometheus did not tell its version', text)
  }
}

const newestOf = (all: PromSeries[], name: string): number | undefined =>
  all.find(({ labels }) => labels.__name__ === name)?.points.at(-1)?.[1]

/** Servers behind it, by the one series that only their exporter has. */
async function discover({ config }: Link, signal: AbortSignal): Promise<PrometheusConfig[]> {
  if (config.behind) return []
  const signs = Object.values(EXPORTERS).map((exporter) => exporter.sign)
  const found = parseAnswer(await query(config, selector([...signs, 'redis_instance_info'], config), signal))
  const ports = new Map(
    found.filter(({ labels }) => labels.__name__ === 'redis_instance_info').map(({ labels }) => [labels.instance, labels.tcp_port]),
  )
  const servers = new Map<string, PrometheusConfig>()
  for (const [exporter, { sign, role }] of Object.entries(EXPORTERS))
    for (const { labels } of found) {
      const { instance } = labels
      if (labels.__name__ !== sign || instance === undefined || config.same[instance] !== undefined) continue
      const name = `${config.name}:${instance}`
      const behind: Behind = { exporter, instance, address: addressOf(instance, ports.get(instance)) }
      if (!servers.has(name)) servers.set(name, { ...config, name, behind, ...(role ? { role } : {}) })
    }
  return [...servers.values()]
}

/** Where the server itself is: the instance without a scheme, and the port that redis_exporter tells where the instance is the exporter's. */
export function addressOf(instance: string, port?: string): string {
  const bare = instance.replace(/^[a-z]+:\/\//, '').replace(/^localhost(?=:|$)/, '127.0.0.1')
  return port && port !== '0' && !instance.includes('://') ? bare.replace(/:\d+$/, `:${port}`) : bare
}

/** Reads other exporters' series. Each server behind it is a target of its own, unless it is watched at its own address already. */
export const prometheus: Product<PrometheusConfig, Link> = {
  kind: 'prometheus',
  title: 'Prometheus',
  config: prometheusConfig,
  open: (config) => ({ config }),
  close: async () => {},
  discover,
  probes: [series],
  unavailable,
  address: (config) => config.behind?.address ?? new URL(config.url).host,
  rights: 'the query interface (`/api/v1/query`)',
}
