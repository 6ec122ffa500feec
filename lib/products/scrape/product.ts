import { isDocumentName } from '../../model/documentName.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import { labelsKey, type Reading } from '../../model/series.ts'
import type { Capability } from '../../model/topology.ts'
import { type Exposition, parseExposition } from '../exporters/exposition.ts'
import type { Mapping } from '../exporters/mappingConfig.ts'
import { BESIDE, readScraped } from '../exporters/scraped.ts'
import type { PromSeries } from '../exporters/series.ts'
import { EMITTED, EXPORTERS, type Exporter } from '../exporters/table.ts'
import { pageAt } from '../place.ts'
import { type ScrapeConfig, scrapeConfig } from './config.ts'
import { openPage, type Page, type PageText } from './page.ts'

type Link = { config: ScrapeConfig; page: Page }

/** `cache`: the one of the page's caches that this target is. */
type Raw = { page: PageText; mappings: Mapping[]; cache?: string }

const EVERY_MS = 2_000
/** Caches of one page that become targets. */
const CACHES_MAX = 100
/** Characters of a cache's name: a longer one is no name, and would stand in every label. */
const NAME_MAX = 200
/** A time of its own that is further ahead than clocks differ is none. */
const AHEAD_MS = 60_000

const WANTED = new Set([
  ...BESIDE,
  ...Object.values(EXPORTERS).flatMap(({ rows, signs, up }) => [...rows.map(({ from }) => from), ...signs, ...(up ? [up] : [])]),
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
    const { behind, mappings } = config
    return { page: await page.read(signal), mappings, ...(behind && { cache: behind.cache }) }
  },
  parse(raw, { cursor }) {
    const { exposition, exporters } = readPage(raw)
    if (raw.cache === undefined) refuseEmpty(exposition, exporters, raw.mappings)
    const { samples, topology } = readScraped(ofThisTime(exposition, raw.page.at), exporters, raw.mappings, 'seen on its page of metrics')
    const mine = samples.flatMap((sample) => ofCache(sample, raw.cache))
    const { fresh, next } = withoutOld(mine, exposition.timed.size > 0, raw.page.at, cursor)
    return {
      samples: fresh,
      records: [],
      topology: {
        ...topology,
        facts: { ...topology.facts, ...roleOf(raw, exporters) },
        // Pools are those of the page.
        ...(raw.cache === undefined ? {} : { pools: [] }),
        capabilities: [...(topology.capabilities ?? []), ...limitsOf(exposition, samples, raw.cache)],
      },
      ...(next === null ? {} : { cursor: next }),
    }
  },
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
function withoutOld(
  samples: readonly Reading[],
  timed: boolean,
  at: number,
  cursor: string | null,
): { fresh: Reading[]; next: string | null } {
  if (!timed) return { fresh: [...samples], next: null }
  const before = new Map(cursor === null ? [] : (JSON.parse(cursor) as [string, number][]))
  const next = new Map<string, number>()
  const fresh = samples.filter(({ metric, labels = {}, at: time = at }) => {
    const key = `${metric}${labelsKey(labels)}`
    next.set(key, time)
    return time > (before.get(key) ?? Number.NEGATIVE_INFINITY)
  })
  return { fresh, next: JSON.stringify([...next]) }
}

const roleOf = ({ cache }: Raw, exporters: readonly Exporter[]): { role?: 'cache' } =>
  cache !== undefined || exporters.some(({ role, rows }) => role && !rows.some(({ labels }) => labels?.cache)) ? { role: 'cache' } : {}

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

/** Each cache that the page names is a target of its own. */
async function discover({ config, page }: Link, signal: AbortSignal): Promise<ScrapeConfig[]> {
  if (config.behind) return []
  const raw: Raw = { page: await page.read(signal), mappings: config.mappings }
  const { exposition, exporters } = readPage(raw)
  const { samples } = readScraped(exposition.series, exporters, config.mappings, '')
  return cachesOf(samples)
    .slice(0, CACHES_MAX)
    .map((cache) => ({ ...config, name: nameOf(config.name, cache), role: config.role ?? 'cache', behind: { cache, page } }))
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
  address: ({ url, behind }) => `${new URL(url).host}${new URL(url).pathname}${behind ? ` ${behind.cache}` : ''}`,
  rights: 'GET of the page',
}
