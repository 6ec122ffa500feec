import { malformed } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import type { NewRecord } from '../../model/record.ts'
import type { FedReferences } from '../../model/reference.ts'
import type { Capability, Pool } from '../../model/topology.ts'
import { logPlaceOf } from '../accessLog/place.ts'
import { openLog } from '../accessLog/source.ts'
import { rawRecord } from '../answers.ts'
import { getText } from '../http.ts'
import { pageAt } from '../place.ts'
import { looked, prerequisite } from '../prerequisites.ts'
import { replaceable } from '../replaceFile.ts'
import { cachesOf, nginxCache } from './cache/product.ts'
import { zoneName } from './cache/statuses.ts'
import { type NginxConfig, nginxAddress, nginxConfig } from './config.ts'
import { testConfig } from './configTest.ts'
import { describes } from './described.ts'
import type { KnownPool } from './knownPools.ts'
import { type NginxLink, openLink, readPools } from './link.ts'
import type { LogLook } from './log/tally.ts'
import { limitedBy, seenPool, weightSamples, withSeen } from './pools.ts'
import { reloadable } from './reload.ts'
import { parseStubStatus } from './stubStatus.ts'
import { zonesIn } from './vts/page.ts'
import { parseVts } from './vts.ts'
import { writes } from './written.ts'

const status: Probe<NginxLink, string> = {
  id: 'status',
  feature: 'stub_status',
  everyMs: 1_000,
  cost: 'one small page a second',
  vital: true,
  async read({ config, statuses }, _cursor, signal) {
    const page = await getText(config.status, signal)
    statuses.answeredAt = performance.now()
    return page
  },
  parse: (raw, { at }) => ({ samples: parseStubStatus(raw), records: [rawRecord('status', at, raw)], topology: {} }),
}

/** Of a log beside VTS: what VTS does not tell. All else would count twice, and a log by datagrams loses some. */
const ONLY_LOGGED = ['nginx_log_lines_total', 'nginx_log_lines_unread_total', 'pool_retries_total', 'pool_shed_total']
const COUNTED =
  'for retries, refused requests and hot keys; requests, errors, times and caches are counted by VTS, so that nothing counts twice'

const UPSTREAM_FILES = 'upstream files'
type FilePools = { pools: Omit<Pool, 'target'>[]; running: boolean; errors: string[]; tells: string[] }

const upstreams: Probe<NginxLink, FilePools> = {
  id: 'upstreams',
  feature: UPSTREAM_FILES,
  emits: { metrics: ['pool_weight_set', 'pool_weight_effective', 'pool_up'], topology: ['pools'] },
  everyMs: 1_000,
  cost: 'nothing to NGINX: the include files of its upstreams, on this machine',
  wanted: ({ config }) =>
    Object.keys(config.upstreams).length > 0 ? true : 'no `upstreams` in the configuration: weights are neither shown nor set',
  async read(link) {
    const known = await readPools(link)
    const errors = known.flatMap(({ error }) => error ?? [])
    if (errors.length > 0 && errors.length === known.length) throw errors[0]!
    return {
      // The servers of a pool that is defined elsewhere are known from its traffic.
      pools: known.map(({ pool }) =>
        limitedBy(pool.serversBecause ? withSeen(pool, link.tally.serversOf(pool.name)) : pool, link.tally.limitersOf(pool.name)),
      ),
      running: link.config.vts === undefined,
      errors: errors.map(({ message }) => message),
      tells: known.map(({ pool }) => pool.name).filter((name) => !link.shown.has(name)),
    }
  },
  // Where VTS tells what runs, the file's weights are what it says and no more.
  parse: ({ pools, running, errors, tells }) => ({
    samples: running ? weightSamples(pools) : [],
    records: [],
    topology: {
      pools: pools.filter(({ name }) => tells.includes(name)),
      ...(errors.length > 0
        ? { capabilities: [{ feature: UPSTREAM_FILES, available: true, because: `not all: ${errors.join('; ')}` }] }
        : {}),
    },
  }),
}

const vts: Probe<NginxLink, { page: string; known: KnownPool[]; own: string[] }> = {
  id: 'vts',
  feature: 'VTS',
  emits: {
    metrics: [
      'cache_hits_total',
      'cache_misses_total',
      'pool_requests_total',
      'pool_errors_total',
      'pool_response_seconds',
      'pool_response_seconds_p95',
      'pool_weight_set',
      'pool_weight_effective',
      'pool_up',
    ],
    topology: ['pools'],
  },
  everyMs: 1_000,
  cost: 'one page a second, which NGINX writes from counters that it keeps anyway',
  wanted: ({ config }) => (config.vts ? true : 'no `vts` in the configuration (the JSON page of nginx-module-vts, where NGINX has it)'),
  async read(link, _cursor, signal) {
    // Without the files' own names the first look would count under other ones.
    if (link.pools.size === 0) await readPools(link).catch(() => {})
    link.shown = new Set()
    const page = await getText(link.config.vts!, signal)
    link.shown = zonesIn(page)
    link.statuses.page = page
    return { page, own: zonesOf(link.config), known: limitedPools(link) }
  },
  parse({ page, known, own }, { cursor }) {
    const { version, samples, pools, cursor: next, unread } = parseVts(page, known, cursor)
    const because = unread && `${unread.count} ${unread.count === 1 ? 'row' : 'rows'} of the page cannot be read: ${unread.first}`
    return {
      // Caches that are targets of their own are counted there.
      samples: samples.filter(({ labels }) => !own.includes(labels?.cache ?? '')),
      records: [],
      topology: { facts: { version }, pools, ...(because ? { capabilities: [{ feature: 'VTS', available: true, because }] } : {}) },
      cursor: next,
    }
  },
}

const limitedPools = ({ pools, tally }: NginxLink): KnownPool[] =>
  [...pools.values()].map(({ pool, names }) => ({ pool: limitedBy(pool, tally.limitersOf(pool.name)), names: [...names] }))

const LOG = 'access log'

type LogRead = LogLook & { known: string[]; counted: boolean; cached: boolean; fed: FedReferences[]; told: Capability[] }

const accessLog: Probe<NginxLink, LogRead> = {
  id: 'access-log',
  feature: LOG,
  emits: {
    metrics: [
      'cache_hits_total',
      'cache_misses_total',
      'pool_requests_total',
      'pool_errors_total',
      'pool_retries_total',
      'pool_shed_total',
      'pool_response_seconds',
    ],
    records: ['hot-key'],
    topology: ['pools'],
  },
  everyMs: 1_000,
  cost: 'one log line a request, which NGINX writes anyway or sends as a datagram',
  wanted: ({ config }) => {
    if (config.accessLog) return true
    return config.vts
      ? 'no `accessLog` in the configuration: retries and hot keys are not seen'
      : 'no `accessLog` and no `vts` in the configuration: without one of them NGINX reports nothing about its servers'
  },
  async read(link) {
    const { feeds, take } = link
    link.log ??= openLog(logPlaceOf(link.config.accessLog!)!, {
      line: take,
      gap: () => feeds.gap(),
      lost: (lines) => feeds.lost(lines),
    })
    await link.log.pull()
    const now = performance.now()
    const look = link.tally.look(now)
    const fed = feeds.drain(look.loss.fair, now)
    link.statuses.fair = look.loss.fair
    if (!look.loss.fair) link.statuses.beginAnew()
    const cached = Object.keys(link.config.caches).length > 0
    return { ...look, cached, known: Object.keys(link.config.upstreams), counted: link.config.vts !== undefined, fed, told: feeds.told() }
  },
  parse({ samples: all, pools, known, counted, cached, hot, lines, bad, loss, fed, told }, { at }) {
    // Caches that are targets of their own are counted there.
    const samples = cached ? all.filter(({ labels }) => labels?.cache === undefined) : all
    if (lines > 0 && bad === lines)
      throw malformed(`a line of the access log is to be JSON with "upstream_addr" (or "u"): ${loss.because ?? 'none was'}`, '')
    const records = hot.map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, method: 'access-log', ...key }))
    if (counted)
      return {
        samples: samples.filter(({ metric }) => ONLY_LOGGED.includes(metric)),
        records,
        fed,
        topology: {
          capabilities: [{ feature: LOG, available: loss.fair, because: loss.because ? `${COUNTED}; ${loss.because}` : COUNTED }, ...told],
        },
      }
    return {
      samples,
      records,
      fed,
      // The pools of the upstream files come from the files.
      topology: {
        pools: pools.filter(({ name }) => !known.includes(name)).map(({ name, servers }) => seenPool(name, servers)),
        capabilities: [...(loss.because ? [{ feature: LOG, available: loss.fair, because: loss.because }] : []), ...told],
      },
    }
  },
}

const zonesOf = ({ caches }: NginxConfig) => Object.values(caches).map(({ keys_zone }) => zoneName(keys_zone))

/** NGINX, open source. */
export const nginx: Product<NginxConfig, NginxLink> = {
  kind: 'nginx',
  title: 'NGINX',
  can: { alone: true },
  variant: (config) => (config.behind ? nginxCache : Object.keys(config.caches).length > 0 ? withCaches : null),
  describes,
  writes,
  config: nginxConfig,
  open: openLink,
  close: async (link) => link.log?.close(),
  located: { at: (place) => (place.path === undefined ? {} : { status: pageAt(place, '') }) },
  probes: [status, upstreams, vts, accessLog],
  address: nginxAddress,
  async prerequisites(config) {
    const files = Object.entries(config.upstreams).map(async ([name, { file }]) => prerequisite(`file of ${name}`, await replaceable(file)))
    if (files.length === 0) return [prerequisite('files', 'no `upstreams` in the configuration: no weight is set')]
    return [
      ...(await Promise.all(files)),
      prerequisite('nginx -t', await looked(testConfig(config))),
      prerequisite('reload', await reloadable(config)),
    ]
  },
  rights:
    'GET of the stub_status page (and of the VTS page); to apply weights: write access to the upstream files (and those with `proxy_cache_valid`) and their directory, and the right to signal the master (or a `reload` command)',
}

/** An NGINX whose caches are targets beside it. */
const withCaches: Product<NginxConfig, NginxLink> = { ...nginx, discover: async ({ config, statuses }) => cachesOf(config, statuses) }
