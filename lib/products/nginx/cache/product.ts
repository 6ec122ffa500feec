import { isDocumentName } from '../../../model/documentName.ts'
import { EvenkeelError } from '../../../model/error.ts'
import type { Probe, Product } from '../../../model/product.ts'
import type { Capability } from '../../../model/topology.ts'
import { readings } from '../../answers.ts'
import { type NginxConfig, nginxAddress, nginxConfig } from '../config.ts'
import { cacheShape, pageOf, readable } from '../vts/page.ts'
import { type Fill, readFill } from './fill.ts'
import { CACHE_STATUSES, type CacheStatuses, type StatusCounts, zoneName } from './statuses.ts'

/** One `proxy_cache` of an NGINX, and what is known of all of them. */
export type BehindNginx = { cache: string; statuses: CacheStatuses }
type Link = { config: NginxConfig; behind: BehindNginx }

/** As `$upstream_cache_status` says it: stale and revalidated answers come from the cache. What bypassed it is neither. */
const HITS = ['HIT', 'STALE', 'UPDATING', 'REVALIDATED'] as const
const MISSES = ['MISS', 'EXPIRED', 'SCARCE'] as const
/** A target that is fed by another is down when that has not answered for so long. */
const SILENT_MS = 5_000
const MULTIPLES: Record<string, number> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

type Raw = { counts: StatusCounts | null; page: string | null; zone: string; fair: boolean | null; unplaced: number }

const statuses: Probe<Link, Raw> = {
  id: 'statuses',
  feature: 'answers by cache status',
  emits: { metrics: ['cache_hits_total', 'cache_misses_total', 'nginx_cache_responses_total'] },
  everyMs: 1_000,
  cost: 'nothing to NGINX: what its access log or VTS page says anyway',
  vital: true,
  async read({ config, behind: { cache, statuses } }) {
    const { answeredAt, page, fair, unplaced } = statuses
    if (answeredAt === null || performance.now() - answeredAt > SILENT_MS)
      throw new EvenkeelError('unreachable', 'its NGINX does not answer on the status page')
    return { counts: statuses.countsOf(cache), page, zone: zoneName(config.caches[cache]!.keys_zone), fair, unplaced }
  },
  parse({ counts, page, zone, fair, unplaced }) {
    const shown = page === null ? null : shownBy(page, zone)
    const told = shown?.counts ?? (fair ? counts : null)
    const { list, add } = readings()
    if (told) {
      const sum = (names: readonly (keyof StatusCounts)[]) => names.reduce((total, name) => total + told[name], 0)
      add('cache_hits_total', sum(HITS))
      add('cache_misses_total', sum(MISSES))
      for (const status of CACHE_STATUSES) add('nginx_cache_responses_total', told[status], { status: status.toLowerCase() })
    }
    if (shown) add('nginx_cache_size_bytes', shown.used, { size: 'used' })
    return {
      samples: list,
      records: [],
      topology: { facts: { role: 'cache' }, capabilities: [toldOf(page, shown !== null, fair, unplaced)] },
    }
  },
}

const FEATURE = 'answers by cache status'
function toldOf(page: string | null, shown: boolean, fair: boolean | null, unplaced: number): Capability {
  const no = (because: string): Capability => ({ feature: FEATURE, available: false, because })
  if (shown) return { feature: FEATURE, available: true }
  if (page !== null && fair === null) return no('the VTS page shows no cache zone of that name: is `keys_zone` as in NGINX?')
  if (fair === null) return no('no `accessLog` and no `vts` in the configuration of its NGINX')
  if (!fair) return no('lines of the access log are lost or not read')
  if (unplaced > 0)
    return {
      feature: FEATURE,
      available: true,
      because: `${unplaced} lines say no cache of the configuration: with several, a field "zone" tells which`,
    }
  return { feature: FEATURE, available: true }
}

/** A zone of the VTS page; null where it has none of that name, or cannot be read. */
function shownBy(page: string, zone: string): { counts: StatusCounts; used: number } | null {
  const zones = (() => {
    try {
      return pageOf(page).cacheZones
    } catch {
      return {}
    }
  })()
  const found = Object.hasOwn(zones, zone) ? readable(cacheShape, zones[zone], 'cacheZones', []) : null
  if (!found) return null
  const counts = Object.fromEntries(
    CACHE_STATUSES.map((status) => [status, Number(found.responses[status.toLowerCase()] ?? 0)]),
  ) as StatusCounts
  return { counts, used: found.usedSize }
}

const fill: Probe<Link, Fill & { max: number | null; shown: boolean }> = {
  id: 'fill',
  feature: 'fill on the disk',
  emits: { metrics: ['cache_items', 'nginx_cache_size_bytes'] },
  everyMs: 15_000,
  timeoutMs: 5_000,
  cost: 'a walk over at most 20 000 files each 15 s, on this machine; of more a part of the folders stands for all',
  async read({ config, behind: { cache, statuses } }, _cursor, signal) {
    const { path, max_size } = config.caches[cache]!
    return { ...(await readFill(path, signal)), max: max_size === undefined ? null : bytesOf(max_size), shown: statuses.page !== null }
  },
  parse({ files, bytes, part, max, shown }) {
    const { list, add } = readings()
    add('cache_items', files)
    if (!shown) add('nginx_cache_size_bytes', bytes, { size: 'used' })
    add('nginx_cache_size_bytes', max ?? undefined, { size: 'max' })
    const because = part < 1 ? `reckoned from ${Math.round(part * 100)} % of its folders` : undefined
    return {
      samples: list,
      records: [],
      topology: { capabilities: [{ feature: 'fill on the disk', available: true, ...(because ? { because } : {}) }] },
    }
  },
}

/** `10g` as NGINX reads it. */
const bytesOf = (size: string): number => Number.parseInt(size, 10) * (MULTIPLES[size.at(-1)!.toLowerCase()] ?? 1)

/** One `proxy_cache` of an NGINX, as a cache of its own. */
export const nginxCache: Product<NginxConfig, Link> = {
  kind: 'nginx',
  title: 'NGINX cache',
  config: nginxConfig,
  open: (config) => ({ config, behind: config.behind! }),
  close: async () => {},
  probes: [statuses, fill],
  address: (config) => `${nginxAddress(config)} ${config.behind?.cache}`,
}

/** Each cache of the configuration as a target of its own, `NAME:CACHE`. */
export const cachesOf = (config: NginxConfig, statuses: CacheStatuses): NginxConfig[] =>
  config.behind
    ? []
    : Object.keys(config.caches).map((cache) => ({
        ...config,
        name: nameOf(config.name, cache),
        role: 'cache',
        behind: { cache, statuses },
      }))

/** A target named `ring` or `ttl` must not make names of control documents. */
function nameOf(target: string, cache: string): string {
  const name = `${target}:${cache}`
  return isDocumentName(name) ? `${target} ${cache}` : name
}
