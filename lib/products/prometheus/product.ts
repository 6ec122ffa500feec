import { z } from 'zod'
import { withoutTrailingSlashes } from '../../format/url.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { Probe, Product } from '../../model/product.ts'
import { type CloudThing, cloudAddress } from '../exporters/cloudThings.ts'
import type { Mapping } from '../exporters/mappingConfig.ts'
import { LATE_MS, stepOf } from '../exporters/periods.ts'
import { readOf } from '../exporters/row.ts'
import { BESIDE, newestOf, readScraped } from '../exporters/scraped.ts'
import { EMITTED, EXPORTERS } from '../exporters/table.ts'
import { getText } from '../http.ts'
import { parseAnswer, query, selector, unavailable } from './client.ts'
import { cloudBehind } from './cloud.ts'
import { type Behind, type PrometheusConfig, prometheusConfig } from './config.ts'
import { type Link, readTypes } from './link.ts'

/** History that a server behind Prometheus begins with. */
const BACKFILL_MS = 15 * 60_000
/** Each read asks again for a little of what it has, so that a late scrape is not lost. */
const OVERLAP_MS = 60_000
const EVERY_MS = 5_000

/** What a period came to is told minutes later, at times that long have passed: so far back it is looked for each time. */
const PERIODS_MS = 20 * 60_000

type ServerRaw = {
  at: number
  series: string
  exporter: string
  job?: string
  mappings: Mapping[]
  period?: number
  /** Of a thing of a cloud: whether it is scraped, which stands in another series, and what its series are said to be. */
  beside?: { up: string; counters: string[] | null }
}
type Raw = { at: number; build: string } | ServerRaw

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
  async read(link, cursor, signal) {
    const { config } = link
    const at = Date.now()
    const { behind, mappings, period } = config
    if (!behind) return { at, build: await page(config, '/api/v1/status/buildinfo', signal) }
    const exporter = EXPORTERS[behind.exporter]
    const names = [...(exporter ? readOf(exporter) : []), ...mappings.map(({ from }) => from)]
    const beside = ['up', ...BESIDE, ...(exporter?.up ? [exporter.up] : [])]
    // Its clock may be ahead of ours.
    const { at: newest } = cursorOf(cursor)
    const periods = behind.thing !== undefined || mappings.some(({ per }) => per !== undefined)
    const back = newest === null ? BACKFILL_MS : Math.max(0, at - newest) + OVERLAP_MS
    const span = `[${Math.ceil((periods ? Math.max(back, PERIODS_MS) : back) / 1000)}s]`
    const told = {
      at,
      exporter: behind.exporter,
      ...(behind.job !== undefined && { job: behind.job }),
      mappings,
      ...(period && { period }),
    }
    if (behind.thing === undefined)
      return { ...told, series: await query(config, `${selector([...names, ...beside], config, behind.instance)}${span}`, signal) }
    const only = { ...behind.thing.labels, ...(behind.job !== undefined && { job: behind.job }) }
    const [series, up, counters] = await Promise.all([
      query(config, `${selector(names, config, behind.instance, only)}${span}`, signal),
      query(config, selector(['up'], config, behind.instance), signal),
      readTypes(link, exporter?.rows.map(({ from }) => from) ?? [], signal),
    ])
    return { ...told, series, beside: { up, counters } }
  },
  parse(raw, { cursor }) {
    if ('build' in raw) return { samples: [], records: [], topology: { facts: { version: versionOf(raw.build) } } }
    const exporter = EXPORTERS[raw.exporter]
    const own = new Set(raw.mappings.map(({ from }) => from))
    // Another exporter may be scraped under the same instance; rows of one's own may be of any job.
    const all = [...parseAnswer(raw.series), ...(raw.beside ? parseAnswer(raw.beside.up) : [])].filter(
      ({ labels }) => raw.job === undefined || (labels.job ?? raw.job) === raw.job || own.has(labels.__name__ ?? ''),
    )
    // A server that cannot be scraped is down; no sample at all is a gap.
    if (newestOf(all, 'up') === 0) throw new EvenkeelError('unreachable', 'Prometheus cannot scrape it (up is 0)')
    const before = cursorOf(cursor)
    const scraped = readScraped(all, exporter ? [exporter] : [], raw.mappings, {
      seen: 'seen through Prometheus',
      sums: before.sums,
      period: raw.period,
      counted: raw.beside?.counters === null ? null : new Set(raw.beside?.counters),
    })
    const { stepMs, lateMs } = scraped
    const after = before.at ?? 0
    const at = Math.max(after, scraped.newestAt)
    return {
      samples: [...scraped.samples.filter(({ at = 0 }) => at > after), ...scraped.summed],
      records: [],
      topology: scraped.topology,
      cursor: scraped.sums === null ? String(at) : JSON.stringify({ at, sums: scraped.sums }),
      ...(stepMs !== null && { stepMs }),
      ...(lateMs !== undefined && { lateMs }),
    }
  },
}

/** Until when it was read, and where sums of periods have come to. */
function cursorOf(cursor: string | null): { at: number | null; sums: string | null } {
  if (cursor === null) return { at: null, sums: null }
  return cursor.startsWith('{') ? (JSON.parse(cursor) as { at: number; sums: string }) : { at: Number(cursor), sums: null }
}

/** What is behind an exporter of a cloud's metrics is told by the minute: it is asked less often. */
const cloudSeries: Probe<Link, Raw> = {
  ...series,
  emits: { ...series.emits, late: { stepMs: stepOf(60_000), lateMs: LATE_MS } },
  everyMs: 20_000,
  cost: 'two instant queries each 20 s a thing; nothing to the cloud itself',
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
  const names = Object.values(EXPORTERS).flatMap(({ signs, cloud }) => (cloud ? [] : signs))
  const [answer, clouds] = await Promise.all([
    query(config, selector([...names, 'redis_instance_info'], config), signal),
    cloudBehind(config, signal),
  ])
  const found = parseAnswer(answer)
  const ports = new Map(
    found.filter(({ labels }) => labels.__name__ === 'redis_instance_info').map(({ labels }) => [labels.instance, labels.tcp_port]),
  )
  const seen = found.flatMap(({ labels: { __name__: sign = '', instance, job } }) => {
    const exporter = Object.keys(EXPORTERS).find((one) => EXPORTERS[one]!.signs.includes(sign))
    if (exporter === undefined || instance === undefined || Object.hasOwn(config.same, instance)) return []
    return [{ id: JSON.stringify([exporter, instance, job]), exporter, instance, job, thing: undefined as CloudThing | undefined }]
  })
  // Prometheus answers in any order.
  const rank = ({ exporter }: { exporter: string }) => Object.keys(EXPORTERS).indexOf(exporter)
  const all = [...seen, ...clouds.filter(({ thing }) => !Object.hasOwn(config.same, thing.name))]
  const behind = [...new Map(all.map((one) => [one.id, one])).values()].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
  const instances = new Set(behind.map(({ instance }) => instance))
  for (const [id, { instance }] of given) if (!instances.has(instance)) given.delete(id)
  return behind.map(({ id, exporter, instance, job, thing }) => {
    const taken = new Set([...given.values()].map((one) => one.name))
    const name = given.get(id)?.name ?? nameOf(config.name, { exporter, instance: thing?.name ?? instance, job }, taken)
    given.set(id, { instance, name })
    const { role } = EXPORTERS[exporter]!
    const address = thing ? cloudAddress(thing) : addressOf(instance, ports.get(instance))
    const own = { exporter, instance, ...(job !== undefined && { job }), address, ...(thing && { thing }) }
    return { ...config, name, behind: own, ...(role && { role }) }
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

/** A thing of a cloud is read less often, by probes of which rules know how late they are. */
function variant({ behind }: PrometheusConfig): Product<PrometheusConfig, Link> {
  return behind?.thing === undefined ? prometheus : { ...prometheus, probes: [cloudSeries as Probe<Link, unknown>] }
}

/** Reads other exporters' series. Each server behind it is a target of its own, unless it is watched at its own address already. */
export const prometheus: Product<PrometheusConfig, Link> = {
  kind: 'prometheus',
  title: 'Prometheus',
  config: prometheusConfig,
  open: (config) => ({ config, names: new Map(), types: null }),
  close: async () => {},
  discover,
  probes: [series as Probe<Link, unknown>],
  variant,
  unavailable,
  address: (config) => config.behind?.address ?? new URL(config.url).host,
  rights: 'the query interface (`/api/v1/query`)',
}
