import { z } from 'zod'
import type { Reading } from '../../model/series.ts'
import type { PoolServer, ServerState } from '../../model/topology.ts'
import { addressShape, addressText, hashedAddress, wireNumber } from './client.ts'
import { successRate } from './outliers.ts'

/** `admin.v3.HostStatus`. What is missing is at its default; a flag or a number that cannot be read is left out. */
const hostShape = z.looseObject({
  address: addressShape,
  hostname: z.string().optional(),
  stats: z.array(z.looseObject({ name: z.string(), value: z.unknown().optional() })).default([]),
  health_status: z.looseObject({}).catchall(z.unknown()).default({}),
  weight: wireNumber.refine((weight) => Number.isInteger(weight) && weight >= 0, 'expected a whole number').default(1),
  priority: wireNumber.refine((priority) => Number.isInteger(priority) && priority >= 0, 'expected a whole number').default(0),
  success_rate: successRate.catch(undefined),
  locality: z.looseObject({ region: z.string().optional(), zone: z.string().optional(), sub_zone: z.string().optional() }).default({}),
})

/** `ejected`: by outlier detection. */
export type HostHealth = { state: ServerState; degraded: boolean; excluded: boolean; ejected: boolean }

export type Host = {
  address: string
  /** What Envoy's rings hash of the address, where that is another text. */
  hashed?: string
  hostname: string
  weight: number
  priority: number
  /** `region/zone/sub_zone`. */
  locality: string
  health: HostHealth
  /** Percent of its answers that were good in the last interval of outlier detection, where that is computed. */
  successRate?: number
  counters: Map<string, number>
  /** Names of statistics that hold no number. */
  unreadable: string[]
}

/** One host of /clusters, or why it cannot be read. */
export function readHost(value: unknown): Host | { because: string } {
  const parsed = hostShape.safeParse(value)
  if (!parsed.success) return { because: parsed.error.issues[0]!.path.join('.').slice(0, 100) || 'no object' }
  const { address, hostname = '', stats, health_status, success_rate, weight, priority, locality } = parsed.data
  const text = addressText(address)
  if (text === null) return { because: 'an address of a kind that is not known' }
  const counters = new Map<string, number>()
  const unreadable: string[] = []
  for (const stat of stats) {
    const number = countOf(stat.value)
    if (number === null) unreadable.push(stat.name)
    else counters.set(stat.name, number)
  }
  const { region = '', zone = '', sub_zone = '' } = locality
  return {
    address: text,
    hashed: hashedAddress(address),
    hostname,
    weight,
    priority,
    locality: [region, zone, sub_zone].join('/'),
    health: healthOf(health_status),
    ...(success_rate === undefined ? {} : { successRate: success_rate.value }),
    counters,
    unreadable,
  }
}

/** uint64 comes as a string, zero is omitted. */
function countOf(value: unknown = 0): number | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || !/^\d{1,20}$/.test(value))) return null
  const number = Number(value)
  return Number.isFinite(number) && number >= 0 ? number : null
}

/** `core.v3.HealthStatus` by its number, as an encoder without names writes it. */
const EDS = ['UNKNOWN', 'HEALTHY', 'UNHEALTHY', 'DRAINING', 'TIMEOUT', 'DEGRADED']

/**
 * As `coarseHealth` (upstream_impl.h) says: a failed check or EDS takes a host out; a degraded one serves when the healthy ones do not suffice;
 * one that is to be removed serves until then. `pending_active_hc` and `active_hc_timeout` only say why a check has failed.
 */
function healthOf(flags: Record<string, unknown>): HostHealth {
  const is = (flag: string) => flags[flag] === true || flags[flag] === 'true'
  const told = flags.eds_health_status
  const eds = typeof told === 'number' ? EDS[told] : told
  const excluded = is('excluded_via_immediate_hc_fail')
  const failed = is('failed_active_health_check') || is('failed_outlier_check') || eds === 'UNHEALTHY' || eds === 'TIMEOUT'
  // The host itself has asked to be taken out (`x-envoy-immediate-health-check-fail`).
  const draining = eds === 'DRAINING' || excluded
  const state = draining ? 'drain' : failed ? 'down' : 'up'
  return {
    state,
    degraded: state === 'up' && (is('failed_active_degraded_check') || eds === 'DEGRADED'),
    excluded: excluded || is('pending_active_hc'),
    ejected: is('failed_outlier_check'),
  }
}

/** Names of the hosts, each once: where several have one address, with what tells them apart. */
export function namesOf(hosts: readonly Host[]): string[] {
  const count = (texts: readonly string[]) =>
    texts.reduce((counts, text) => counts.set(text, (counts.get(text) ?? 0) + 1), new Map<string, number>())
  const plain = hosts.map(({ address }) => address)
  const counts = count(plain)
  const told = hosts.map(({ address, hostname, priority, locality }) => {
    if (counts.get(address) === 1) return address
    const marks = [hostname, priority > 0 ? `priority ${priority}` : '', locality.replace(/^\/+|\/+$/g, '')].filter(Boolean)
    return marks.length > 0 ? `${address} (${marks.join(', ')})` : address
  })
  const again = count(told)
  const numbers = new Map<string, number>()
  return told.map((name) => {
    if (again.get(name) === 1) return name
    const number = (numbers.get(name) ?? 0) + 1
    numbers.set(name, number)
    return `${name} #${number}`
  })
}

export const serverOf = (host: Host, name: string, index: number): PoolServer => ({
  name,
  address: host.address,
  id: index + 1,
  weightSet: host.weight,
  weightEffective: host.health.state === 'up' ? host.weight : 0,
  state: host.health.state,
  ...(host.priority > 0 ? { backup: true } : {}),
})

/** By Envoy's name of a host's counter. rq_error: 5xx of the host, its time-outs among them, both charged by the router. */
const COUNTERS: Record<string, string> = {
  rq_total: 'pool_requests_total',
  rq_error: 'pool_errors_total',
  rq_active: 'pool_sessions',
  cx_connect_fail: 'envoy_host_connect_fail_total',
  rq_timeout: 'envoy_host_timeouts_total',
}

export function hostReadings(pool: string, { name, weightSet, weightEffective, state }: PoolServer, { counters }: Host): Reading[] {
  const labels = { pool, server: name }
  return [
    ...Object.entries(COUNTERS).flatMap(([stat, metric]) => {
      const value = counters.get(stat)
      return value === undefined ? [] : [{ metric, labels, value }]
    }),
    { metric: 'pool_weight_set', labels, value: weightSet },
    { metric: 'pool_weight_effective', labels, value: weightEffective },
    { metric: 'pool_up', labels, value: state === 'up' ? 1 : 0 },
  ]
}

/** Sums over the hosts, left out where a host does not tell its part: a sum without it would fall and rise. */
export function poolReadings(pool: string, hosts: readonly Host[]): Reading[] {
  return ['rq_total', 'rq_error', 'rq_active'].flatMap((stat) => {
    const values = hosts.map(({ counters }) => counters.get(stat))
    if (values.includes(undefined)) return []
    return [{ metric: COUNTERS[stat]!, labels: { pool }, value: values.reduce<number>((total, value) => total + value!, 0) }]
  })
}
