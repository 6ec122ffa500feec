import { z } from 'zod'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { firstWrong } from '../answers.ts'
import { ask, type Call } from './client.ts'
import type { CloudflareConfig } from './config.ts'

const zone = z.looseObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  name: z.string(),
  status: z.string().default(''),
  paused: z.boolean().default(false),
  account: z.looseObject({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
})
export type Zone = z.output<typeof zone>

/** An origin as the API has it: what is not known here is sent back as it came. */
const origin = z.looseObject({
  name: z.string().min(1),
  address: z.string().default(''),
  enabled: z.boolean().default(true),
  weight: z.number().min(0).max(1).default(1),
})
const pool = z.looseObject({
  id: z.string(),
  name: z.string().min(1),
  enabled: z.boolean().default(true),
  healthy: z.boolean().nullish(),
  origins: z.array(origin),
  origin_steering: z.looseObject({ policy: z.string().default('random') }).nullish(),
})
export type LivePool = z.output<typeof pool>

const rule = z.looseObject({
  id: z.string(),
  version: z.string().optional(),
  action: z.string(),
  expression: z.string().default(''),
  description: z.string().optional(),
  enabled: z.boolean().default(true),
  action_parameters: z.looseObject({ edge_ttl: z.looseObject({ mode: z.string(), default: z.number().optional() }).optional() }).optional(),
})
export type CacheRule = z.output<typeof rule>
const ruleset = z.looseObject({ id: z.string(), version: z.string().default(''), rules: z.array(rule).default([]) })
export type Ruleset = z.output<typeof ruleset>

const balancer = z.looseObject({
  default_pools: z.array(z.string()).default([]),
  fallback_pool: z.string().nullish(),
  region_pools: z.record(z.string(), z.array(z.string())).nullish(),
  country_pools: z.record(z.string(), z.array(z.string())).nullish(),
  pop_pools: z.record(z.string(), z.array(z.string())).nullish(),
})

const POOLS_READ = 'Account, Load Balancing: Monitors and Pools: Read'
export const POOLS_WRITE = 'Account, Load Balancing: Monitors and Pools: Edit'
const RULES_READ = 'Zone, Cache Rules: Read'
export const RULES_WRITE = 'Zone, Cache Rules: Edit'
const PER_PAGE = 50
const PAGES_MAX = 40

function read<S extends z.ZodType>(schema: S, found: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(found)
  if (!parsed.success) throw malformed(`Cloudflare's ${what}: ${firstWrong(parsed.error)}`, '')
  return parsed.data
}

async function all<S extends z.ZodType>(
  config: CloudflareConfig,
  call: Call,
  schema: S,
  what: string,
  signal: AbortSignal,
): Promise<z.output<S>[]> {
  const out: z.output<S>[] = []
  for (let page = 1; page <= PAGES_MAX; page++) {
    const joint = call.path.includes('?') ? '&' : '?'
    const { result, pages } = await ask(config, { ...call, path: `${call.path}${joint}page=${page}&per_page=${PER_PAGE}` }, signal)
    out.push(...read(z.array(schema), result, what))
    if (page >= pages) break
  }
  return out
}

export async function readZone(config: CloudflareConfig, signal: AbortSignal): Promise<Zone> {
  const permission = 'Zone, Zone: Read'
  if (/^[0-9a-f]{32}$/.test(config.zone))
    return read(zone, (await ask(config, { path: `/zones/${config.zone}`, permission }, signal)).result, 'zone')
  const [found] = await all(config, { path: `/zones?name=${encodeURIComponent(config.zone)}`, permission }, zone, 'zones', signal)
  if (!found) throw new EvenkeelError('not_found', `The token sees no zone ${config.zone}`)
  return found
}

export const readPools = (config: CloudflareConfig, { account }: Pick<Zone, 'account'>, signal: AbortSignal): Promise<LivePool[]> =>
  all(config, { path: `/accounts/${account.id}/load_balancers/pools`, permission: POOLS_READ }, pool, 'pools', signal)

/** Pools belong to the account: those that the zone's load balancers send to. */
export async function readZonePools(config: CloudflareConfig, zone: Zone, signal: AbortSignal): Promise<LivePool[]> {
  const balancers = await all(
    config,
    { path: `/zones/${zone.id}/load_balancers`, permission: 'Zone, Load Balancers: Read' },
    balancer,
    'load balancers',
    signal,
  )
  if (balancers.length === 0) return []
  const used = new Set(
    balancers.flatMap(({ default_pools, fallback_pool, region_pools, country_pools, pop_pools }) => [
      ...default_pools,
      ...(fallback_pool ? [fallback_pool] : []),
      ...[region_pools, country_pools, pop_pools].flatMap((by) => Object.values(by ?? {}).flat()),
    ]),
  )
  return (await readPools(config, zone, signal)).filter(({ id }) => used.has(id))
}

/** The cache rules of the zone; null where it has none. */
export async function readRules(config: CloudflareConfig, { id }: Pick<Zone, 'id'>, signal: AbortSignal): Promise<Ruleset | null> {
  try {
    const path = `/zones/${id}/rulesets/phases/http_request_cache_settings/entrypoint`
    return read(ruleset, (await ask(config, { path, permission: RULES_READ }, signal)).result, 'cache rules')
  } catch (error) {
    if (error instanceof EvenkeelError && error.code === 'not_found') return null
    throw error
  }
}
