import { isDocumentName } from '../../model/documentName.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import { labelsKey, type Reading } from '../../model/series.ts'
import type { Capability } from '../../model/topology.ts'
import { type CloudThing, cloudAddress, cloudThings, ofThing } from '../exporters/cloudThings.ts'
import { type Exposition, parseExposition } from '../exporters/exposition.ts'
import type { Mapping } from '../exporters/mappingConfig.ts'
import { LATE_MS, stepOf } from '../exporters/periods.ts'
import { type Exporter, readOf } from '../exporters/row.ts'
import { BESIDE, readScraped } from '../exporters/scraped.ts'
import type { PromSeries } from '../exporters/series.ts'
import { EMITTED, EXPORTERS } from '../exporters/table.ts'
import { pageAt } from '../place.ts'
import { type ScrapeConfig, scrapeConfig } from './config.ts'
import { openPage, type Page, type PageText } from './page.ts'

type Link = { config: ScrapeConfig; page: Page }

/** `cache`, `thing`: the one of the page's caches, or of its things of a cloud, that this target is. */
type Raw = { page: PageText; mappings: Mapping[]; period?: number; cache?: string; thing?: CloudThing }

const EVERY_MS = 2_000
/** Caches of one page that become targets. */
const CACHES_MAX = 100
/** Characters of a cache's name: a longer one is no name, and would stand in every label. */
const NAME_MAX = 200
/** A time of its own that is further ahead than clocks differ is none. */
const AHEAD_MS = 60_000

const WANTED = new Set([
  ...BESIDE,
  ...Object.values(EXPORTERS).flatMap((exporter) => [...readOf(exporter), ...exporter.signs, ...(exporter.up ? [exporter.up] : [])]),
])

/** The one read of all: each cache of the page takes its part of it. */
const page: Probe<Link, Raw> = {
  id: 'page',
  feature: 'page of metrics',
  emits: { metrics: EMITTED, topology: ['pools'] },
  everyMs: EVERY_MS,
  cost: 'one request each 2 s, whatever the number of caches on the page',
  vital: true,
  async read({ config, page }, _cursor, signal) {
    const { behind, mappings, period } = config
    const told = { page: await page.read(signal), mappings, ...(period !== undefined && { period }) }
    if (behind?.thing) return { ...told, thing: behind.thing }
    return { ...told, ...(behind && { cache: behind.cache }) }
  },
  parse(raw, { cursor }) {
    const { exposition, exporters: all } = readPage(raw)
    const mine = raw.thing ? ofThing(ofThisTime(exposition, raw.page.at), raw.thing) : ofThisTime(exposition, raw.page.at)
    const exporters = raw.thing ? [EXPORTERS[raw.thing.exporter]!] : all.filter(({ cloud }) => !cloud)
    if (raw.thing && mine.length === 0) throw new EvenkeelError('unreachable', `The page does not tell of ${raw.thing.name} any more`)
    if (raw.cache === undefined && !raw.thing) refuseEmpty(exposition, all, raw.mappings)
    const before = cursorOf(cursor)
    const scraped = readScraped(mine, exporters, raw.thing ? [] : raw.mappings, {
      seen: 'seen on its page of metrics',
      sums: before.sums,
      period: raw.period,
      counted: exposition.counters,
      timed: exposition.timed.size > 0,
    })
    const { samples, topology } = scraped
    const own = samples.flatMap((sample) => ofCache(sample, raw.cache))
    const { fresh, next } = withoutOld(own, exposition.timed.size > 0, raw.page.at, before.times)
    const cursorNow = { ...(next !== null && { times: next }), ...(scraped.sums !== null && { sums: scraped.sums }) }
    return {
      samples: [...fresh, ...scraped.summed.flatMap((sample) => ofCache(sample, raw.cache))],
      records: [],
      topology: {
        ...topology,
        facts: { ...topology.facts, ...roleOf(raw, exporters) },
        // Pools are those of the page.
        ...(raw.cache === undefined ? {} : { pools: [] }),
        capabilities: [...(topology.capabilities ?? []), ...limitsOf(exposition, samples, raw.cache)],
      },
      ...(Object.keys(cursorNow).length > 0 && { cursor: JSON.stringify(cursorNow) }),
      ...(scraped.lateMs !== undefined && { stepMs: scraped.stepMs!, lateMs: scraped.lateMs }),
    }
  },
}

type Times = [string, number][]

/** The newest time of each series that was told, and where sums of periods have come to. */
function cursorOf(cursor: string | null): { times: Times; sums: string | null } {
  const { times = [], sums = null } = cursor === null ? {} : (JSON.parse(cursor) as { times?: Times; sums?: string })
  return { times, sums }
}

/** What a cloud tells by the minute is no news more often. The page is read once for all of its targets. */
const cloudPage: Probe<Link, Raw> = {
  ...page,
  emits: { ...page.emits, late: { stepMs: stepOf(60_000), lateMs: LATE_MS } },
  everyMs: 15_000,
  cost: 'one request each 15 s; an exporter may ask its cloud each time, for money',
}

/** Parsed once for all caches of a page. */
const parsed = new WeakMap<PageText, { mappings: Mapping[]; exposition: Exposition }>()

function readPage({ page, mappings }: Raw): { exposition: Exposition; exporters: Exporter[] } {
  const known = parsed.get(page)
  const own = new Set(mappings.map(({ from }) => from))
  const wanted = (name: string) => WANTED.has(name) || own.has(name)
  const exposition =
    known?.mappings === mappings ? known.exposition : parseExposition(page.text, { openMetrics: page.openMetrics, wanted, at: page.at })
  parsed.set(page, { mappings, exposition })
  const names = new Set(exposition.series.map(({ labels }) => labels.__name__))
  return { exposition, exporters: Object.values(EXPORTERS).filter(({ signs }) => signs.some((sign) => names.has(sign))) }
}

/** A page of which nothing is known is no silent success. */
function refuseEmpty({ series }: Exposition, exporters: readonly Exporter[], mappings: readonly Mapping[]): void {
  if (exporters.length > 0 || series.length > 0) return
  const known = Object.keys(EXPORTERS).join(', ')
  const because = mappings.length > 0 ? 'nor one that `mappings` names' : 'name its series under `mappings`'
  throw new EvenkeelError('unreachable', `The page has no series of an exporter that is known (${known}); ${because}`)
}

/** Samples whose own time lies ahead of the clock are left out. */
const ofThisTime = ({ series }: Exposition, at: number): PromSeries[] =>
  series.map((one) => (one.points.some(([time]) => time > at + AHEAD_MS) ? { ...one, points: [] } : one))

/** A cache of the page is a target of its own: its readings have no label `cache` any more. */
function ofCache(sample: Reading, cache: string | undefined): Reading[] {
  const { cache: own, ...labels } = sample.labels ?? {}
  return own === cache ? [{ ...sample, labels }] : []
}

/** Of a page with times of its own, what it has told before: the newest time of each series is the cursor. */
function withoutOld(samples: readonly Reading[], timed: boolean, at: number, times: Times): { fresh: Reading[]; next: Times | null } {
  if (!timed) return { fresh: [...samples], next: null }
  const before = new Map(times)
  const next = new Map<string, number>()
  const fresh = samples.filter(({ metric, labels = {}, at: time = at }) => {
    const key = `${metric}${labelsKey(labels)}`
    next.set(key, time)
    return time > (before.get(key) ?? Number.NEGATIVE_INFINITY)
  })
  return { fresh, next: [...next] }
}

const roleOf = ({ cache, thing }: Raw, exporters: readonly Exporter[]): { role?: 'cache' } =>
  cache !== undefined ||
  (thing && exporters[0]?.role) ||
  exporters.some(({ role, rows }) => role && !rows.some(({ labels }) => labels?.cache))
    ? { role: 'cache' }
    : {}

function limitsOf({ wrong, wrongLines, duplicates }: Exposition, samples: readonly Reading[], cache: string | undefined): Capability[] {
  const limits: Capability[] = []
  const limit = (feature: string, because: string) => limits.push({ feature, available: false, because })
  if (wrongLines > 0)
    limit('every line', `${wrongLines} lines are left out: ${wrong.map(({ line, because }) => `line ${line}: ${because}`).join('; ')}`)
  if (duplicates > 0) limit('every series', `${duplicates} series stand on the page twice: the first of each counts`)
  const caches = cachesOf(samples).length
  if (cache === undefined && caches > CACHES_MAX)
    limit('every cache', `the page has ${caches} caches: the first ${CACHES_MAX} by name are watched`)
  return limits
}

const cachesOf = (samples: readonly Reading[]): string[] =>
  [...new Set(samples.flatMap(({ labels }) => labels?.cache ?? []))]
    .filter(({ length }) => length <= NAME_MAX)
    .sort((a, b) => (a < b ? -1 : 1))

/** A target named `ring` or `ttl` must not make names of control documents. */
function nameOf(target: string, cache: string): string {
  const name = `${target}:${cache}`
  return isDocumentName(name) ? `${target} ${cache}` : name
}

/** Each cache that the page names, and each thing of a cloud, is a target of its own. */
async function discover({ config, page }: Link, signal: AbortSignal): Promise<ScrapeConfig[]> {
  if (config.behind) return []
  const raw: Raw = { page: await page.read(signal), mappings: config.mappings }
  const { exposition, exporters } = readPage(raw)
  const plain = exporters.filter(({ cloud }) => !cloud)
  const { samples, summed } = readScraped(exposition.series, plain, config.mappings, { seen: '' })
  const caches = cachesOf([...samples, ...summed]).map((cache) => ({ name: cache, role: 'cache' as const, behind: { cache, page } }))
  const things = cloudThings(exposition.series).map((thing) => ({
    name: thing.name,
    role: EXPORTERS[thing.exporter]!.role,
    behind: { cache: '', thing, page },
  }))
  const names = new Set<string>()
  return [...caches.slice(0, CACHES_MAX), ...things.slice(0, CACHES_MAX)].map(({ name: short, role, behind }) => {
    const own = nameOf(config.name, short)
    const name = names.has(own) && 'thing' in behind ? `${own} ${behind.thing.exporter}` : own
    names.add(name)
    return { ...config, name, role: role && (config.role ?? role), behind }
  })
}

/** What an exporter of a cloud's metrics tells is read less often. */
function variant({ behind }: ScrapeConfig): Product<ScrapeConfig, Link> {
  return behind?.thing ? { ...scrape, probes: [cloudPage as Probe<Link, unknown>] } : scrape
}

/** Reads a page of metrics without a Prometheus. Several caches on one page are targets of their own, read by one request. */
export const scrape: Product<ScrapeConfig, Link> = {
  kind: 'scrape',
  title: 'Page of metrics',
  config: scrapeConfig,
  open: (config) => ({ config, page: config.behind?.page ?? openPage(config) }),
  close: async ({ config, page }) => {
    if (!config.behind) await page.close()
  },
  located: {
    at: (place) => ({
      url: pageAt(place, '/metrics'),
      ...(place.password === undefined ? {} : { basic: { username: place.username, password: place.password } }),
    }),
  },
  discover,
  probes: [page as Probe<Link, unknown>],
  variant,
  address: ({ url, behind }) =>
    behind?.thing ? cloudAddress(behind.thing) : `${new URL(url).host}${new URL(url).pathname}${behind ? ` ${behind.cache}` : ''}`,
  rights: 'GET of the page',
}
