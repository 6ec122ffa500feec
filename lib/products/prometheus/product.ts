import { z } from 'zod'
import { withoutTrailingSlashes } from '../../format/url.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { Probe, Product } from '../../model/product.ts'
import type { Mapping } from '../exporters/mappingConfig.ts'
import { BESIDE, newestOf, readScraped } from '../exporters/scraped.ts'
import { EMITTED, EXPORTERS } from '../exporters/table.ts'
import { getText } from '../http.ts'
import { parseAnswer, query, selector, unavailable } from './client.ts'
import { type Behind, type PrometheusConfig, prometheusConfig } from './config.ts'

type Link = {
  config: PrometheusConfig
  /** What servers behind it are called, by identity: one keeps its name while another of its instance is not there. */
  names: Map<string, { instance: string; name: string }>
}

/** History that a server behind Prometheus begins with. */
const BACKFILL_MS = 15 * 60_000
/** Each read asks again for a little of what it has, so that a late scrape is not lost. */
const OVERLAP_MS = 60_000
const EVERY_MS = 5_000

type Raw = { at: number; build: string } | { at: number; series: string; exporter: string; job?: string; mappings: Mapping[] }

/** The one read: of Prometheus itself its version, of a server behind it every mapped series since the last read. */
const series: Probe<Link, Raw> = {
  id: 'series',
  feature: 'query interface',
  emits: {
    metrics: EMITTED,
    topology: ['pools'],
  },
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
    const beside = ['up', ...BESIDE, ...(exporter?.up ? [exporter.up] : [])]
    // Its clock may be ahead of ours.
    const seconds = Math.ceil((cursor === null ? BACKFILL_MS : Math.max(0, at - Number(cursor)) + OVERLAP_MS) / 1000)
    const answer = await query(config, `${selector([...names, ...beside], config, behind.instance)}[${seconds}s]`, signal)
    return { at, series: answer, exporter: behind.exporter, ...(behind.job === undefined ? {} : { job: behind.job }), mappings }
  },
  parse(raw, { cursor }) {
    if ('build' in raw) return { samples: [], records: [], topology: { facts: { version: versionOf(raw.build) } } }
    const exporter = EXPORTERS[raw.exporter]
    const own = new Set(raw.mappings.map(({ from }) => from))
    // Another exporter may be scraped under the same instance; rows of one's own may be of any job.
    const all = parseAnswer(raw.series).filter(
      ({ labels }) => raw.job === undefined || (labels.job ?? raw.job) === raw.job || own.has(labels.__name__ ?? ''),
    )
    // A server that cannot be scraped is down; no sample at all is a gap.
    if (newestOf(all, 'up') === 0) throw new EvenkeelError('unreachable', 'Prometheus cannot scrape it (up is 0)')
    const { samples, topology, newestAt, stepMs } = readScraped(all, exporter ? [exporter] : [], raw.mappings, 'seen through Prometheus')
    const after = cursor === null ? 0 : Number(cursor)
    return {
      samples: samples.filter(({ at = 0 }) => at > after),
      records: [],
      topology,
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
    throw malformed('Prometheus did not report its version', text)
  }
}

/** Servers behind it, by series that only their exporter has. Several exporters under one instance are targets of their own. */
async function discover({ config, names: given }: Link, signal: AbortSignal): Promise<PrometheusConfig[]> {
  if (config.behind) return []
  const names = Object.values(EXPORTERS).flatMap(({ signs }) => signs)
  const found = parseAnswer(await query(config, selector([...names, 'redis_instance_info'], config), signal))
  const ports = new Map(
    found.filter(({ labels }) => labels.__name__ === 'redis_instance_info').map(({ labels }) => [labels.instance, labels.tcp_port]),
  )
  const seen = found.flatMap(({ labels: { __name__: sign = '', instance, job } }) => {
    const exporter = Object.keys(EXPORTERS).find((one) => EXPORTERS[one]!.signs.includes(sign))
    if (exporter === undefined || instance === undefined || Object.hasOwn(config.same, instance)) return []
    return [{ id: JSON.stringify([exporter, instance, job]), exporter, instance, job }]
  })
  // Prometheus answers in any order.
  const rank = ({ exporter }: { exporter: string }) => Object.keys(EXPORTERS).indexOf(exporter)
  const behind = [...new Map(seen.map((one) => [one.id, one])).values()].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
  const instances = new Set(behind.map(({ instance }) => instance))
  for (const [id, { instance }] of given) if (!instances.has(instance)) given.delete(id)
  return behind.map(({ id, exporter, instance, job }) => {
    const name =
      given.get(id)?.name ?? nameOf(config.name, { exporter, instance, job }, new Set([...given.values()].map((one) => one.name)))
    given.set(id, { instance, name })
    const { role } = EXPORTERS[exporter]!
    const address = addressOf(instance, ports.get(instance))
    return { ...config, name, behind: { exporter, instance, ...(job === undefined ? {} : { job }), address }, ...(role ? { role } : {}) }
  })
}

/** The shortest name that is free. */
function nameOf(prometheus: string, { exporter, instance, job }: Omit<Behind, 'address'>, taken: ReadonlySet<string>): string {
  const plain = `${prometheus}:${instance}`
  const whole = `${plain} ${exporter} ${job ?? ''}`.trimEnd()
  return [plain, `${plain} ${exporter}`].find((one) => !taken.has(one)) ?? whole
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
  open: (config) => ({ config, names: new Map() }),
  close: async () => {},
  discover,
  probes: [series],
  unavailable,
  address: (config) => config.behind?.address ?? new URL(config.url).host,
  rights: 'the query interface (`/api/v1/query`)',
}
