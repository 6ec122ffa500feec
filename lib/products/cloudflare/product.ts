import { EvenkeelError } from '../../model/error.ts'
import type { Parsed, Probe, Product } from '../../model/product.ts'
import type { NewRecord } from '../../model/record.ts'
import type { Capability, Pool } from '../../model/topology.ts'
import { printable, rawRecord } from '../answers.ts'
import { readingsOfMinutes } from '../minutes.ts'
import { looked, prerequisite } from '../prerequisites.ts'
import { parseAnalytics, QUERY, sampling, seriesOf, shares, shareText } from './analytics.ts'
import { query } from './client.ts'
import { type CloudflareConfig, cloudflareConfig, writerOf } from './config.ts'
import { type LivePool, type Ruleset, readRules, readZone, readZonePools, type Zone } from './zone.ts'

export type Link = { config: CloudflareConfig; zone: Zone | null }

type Told<T> = { is: T } | { because: string }
type ZoneRaw = { zone: Pick<Zone, 'name' | 'status' | 'paused'>; pools: Told<LivePool[]>; rules: Told<Ruleset | null> }

const READ_MS = 12_000

/** What fails for want of a permission hides nothing else. */
const told = <T>(work: Promise<T>): Promise<Told<T>> =>
  work.then(
    (is) => ({ is }),
    (error: unknown) => {
      if (error instanceof EvenkeelError) return { because: error.message }
      throw error
    },
  )

const zone: Probe<Link, ZoneRaw> = {
  id: 'zone',
  feature: 'zone',
  emits: { metrics: ['pool_weight_set', 'pool_weight_effective', 'pool_up'], records: ['fact'], topology: ['pools'] },
  everyMs: 30_000,
  timeoutMs: READ_MS,
  cost: 'four requests each 30 s, of the 1,200 in five minutes that Cloudflare allows a token',
  vital: true,
  async read(link, _cursor, signal) {
    const { config } = link
    link.zone = await readZone(config, signal)
    const { name, status, paused } = link.zone
    const [pools, rules] = await Promise.all([told(readZonePools(config, link.zone, signal)), told(readRules(config, link.zone, signal))])
    return { zone: { name, status, paused }, pools, rules }
  },
  parse({ zone, pools, rules }, { at }) {
    if (zone.status !== 'active')
      throw new EvenkeelError('unreachable', `Cloudflare says of the zone: ${printable(zone.status.slice(0, 80))}`)
    const all = 'is' in pools ? pools.is.map(poolOf) : []
    const samples = all.flatMap(({ name: pool, servers }) =>
      servers.flatMap(({ name: server, weightSet, weightEffective, state }) => {
        const labels = { pool, server }
        return [
          { metric: 'pool_weight_set', labels, value: weightSet },
          { metric: 'pool_weight_effective', labels, value: weightEffective },
          { metric: 'pool_up', labels, value: state === 'up' ? 1 : 0 },
        ]
      }),
    )
    const capabilities: Capability[] = [
      capability('load-balancer pools', pools),
      capability('cache rules', rules),
      ...(zone.paused ? [{ feature: 'cache', available: false, because: 'the zone is paused: requests go past Cloudflare' }] : []),
    ]
    return { samples, records: 'is' in rules && rules.is ? factsOf(rules.is, at) : [], topology: { pools: all, capabilities } }
  },
}

const capability = (feature: string, of: Told<unknown>): Capability =>
  'because' in of ? { feature, available: false, because: of.because } : { feature, available: true }

/** Each rule that sets an edge TTL, under the name of its setting. */
function factsOf({ rules }: Ruleset, at: number): NewRecord[] {
  return rules.flatMap(({ id, expression, enabled, action_parameters: parameters }): NewRecord[] => {
    const ttl = parameters?.edge_ttl
    if (!ttl) return []
    const value = ttl.mode === 'override_origin' ? `${ttl.default} s` : ttl.mode
    const text = `${value}${enabled ? '' : ' (off)'}: ${expression}`
    return [{ kind: 'fact', id: `rule/${printable(id.slice(0, 80))}/edge_ttl`, at, value: printable(text.slice(0, 200)) }]
  })
}

const BY_LOAD = new Set(['least_outstanding_requests', 'least_connections'])

function poolOf({ name, enabled, healthy, origins, origin_steering: steering }: LivePool): Omit<Pool, 'target'> {
  const policy = steering?.policy ?? 'random'
  return {
    name,
    algorithm: `origin steering ${printable(policy.slice(0, 60))}`,
    balances: BY_LOAD.has(policy) ? 'load' : policy === 'hash' ? 'hash' : policy === 'random' ? 'weight' : 'unknown',
    can: {
      weight: true,
      state: { because: 'an origin is switched on and off at Cloudflare; weight 0 takes it out' },
      slowStart: { because: 'each stage would be a request to Cloudflare' },
    },
    weightMax: 1,
    ...(policy === 'hash' && { ringBecause: 'Cloudflare does not publish its hash of addresses' }),
    ...(healthy === false && { unknown: ['Cloudflare calls this pool unhealthy'] }),
    servers: origins.map(({ name, address, enabled: own, weight }, index) => ({
      name,
      address,
      id: index + 1,
      weightSet: weight,
      weightEffective: enabled && own ? weight : 0,
      state: enabled && own ? 'up' : 'maint',
    })),
  }
}

type AnalyticsRaw = { data: unknown; at: number }

/** A minute is taken when it ended so long ago: before, samples still come in. */
const SETTLED_MS = 180_000
const MINUTE_MS = 60_000
const SPAN_MS = 15 * MINUTE_MS
/** Below a minute, so that a single minute without numbers is a gap. */
const STEP_MS = 45_000
const LATE_MS = SETTLED_MS + MINUTE_MS

const analytics: Probe<Link, AnalyticsRaw> = {
  id: 'analytics',
  feature: 'analytics',
  emits: { metrics: ['cache_hits_total', 'cache_misses_total'], late: { stepMs: STEP_MS, lateMs: LATE_MS } },
  everyMs: MINUTE_MS,
  timeoutMs: READ_MS,
  cost: 'one GraphQL query a minute, of the 300 in five minutes that Cloudflare allows',
  async read(link, _cursor, signal) {
    const { config } = link
    link.zone ??= await readZone(config, signal)
    const at = Date.now()
    const to = Math.floor((at - SETTLED_MS) / MINUTE_MS) * MINUTE_MS
    const variables = { zone: link.zone.id, from: new Date(to - SPAN_MS).toISOString(), to: new Date(to).toISOString() }
    return { data: await query(config, QUERY, variables, signal), at }
  },
  parse({ data, at }, { cursor }): Parsed {
    const read = parseAnalytics(data)
    const { samples, cursor: next } = readingsOfMinutes(seriesOf(read), at - SETTLED_MS - MINUTE_MS, cursor)
    const every = sampling(read.minutes)
    const [all] = shares(read.minutes, null)
    const exact = every < 1.01 ? 'each request was counted' : `one of ${every.toFixed(1)} requests was counted`
    const ratio =
      !all || Number.isNaN(all.ratio)
        ? 'nothing of it is cached'
        : `hit ratio ${(100 * all.ratio).toFixed(1)} % ± ${(100 * all.half).toFixed(1)} (95 %)`
    return {
      samples,
      records: [
        rawRecord('colos', at, shareText(shares(read.colos, 'coloCode'))),
        rawRecord('paths', at, shareText(shares(read.paths, 'clientRequestPath'))),
      ],
      topology: {
        facts: { resolution: { everyMs: MINUTE_MS, lateMs: LATE_MS } },
        capabilities: [
          {
            feature: 'sampling',
            available: true,
            because: `Cloudflare samples adaptively: ${exact} in the last quarter of an hour; ${ratio}`,
          },
          { feature: 'resolution', available: true, because: 'analytics are by the minute and taken 3 to 5 minutes later' },
        ],
      },
      cursor: next,
      stepMs: STEP_MS,
      lateMs: LATE_MS,
    }
  },
}

/** Reads one zone at Cloudflare: its cache by status, colo and path, and the pools of its load balancers. Nothing is ever purged. */
export const cloudflare: Product<CloudflareConfig, Link> = {
  kind: 'cloudflare',
  title: 'Cloudflare',
  config: cloudflareConfig,
  open: (config) => ({ config, zone: null }),
  close: async () => {},
  probes: [zone as Probe<Link, unknown>, analytics as Probe<Link, unknown>],
  address: ({ zone }) => zone,
  async prerequisites(config) {
    const answers = await looked(readZone(writerOf(config), AbortSignal.timeout(3_000)))
    return [prerequisite(config.write ? 'the token of `write`' : 'the same token', answers)]
  },
  rights: 'an API token with the permissions below',
}
