import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'
import type { Can, Pool, PoolServer, ServerState } from '../../model/topology.ts'
import { firstWrong } from '../answers.ts'
import { addressShape, addressText, pageOf } from './client.ts'
import { type ClusterConfig, ringOf } from './configDump.ts'

/** `admin.v3.Clusters`: uint64 come as strings, defaults are omitted, a missing `type` is COUNTER (clusters.proto, metrics.proto). */
const clustersShape = z.looseObject({
  cluster_statuses: z
    .array(
      z.looseObject({
        name: z.string(),
        eds_service_name: z.string().optional(),
        circuit_breakers: z
          .looseObject({
            thresholds: z.array(z.looseObject({ priority: z.string().optional(), max_requests: z.number().optional() })).default([]),
          })
          .optional(),
        host_statuses: z
          .array(
            z.looseObject({
              address: addressShape,
              hostname: z.string().optional(),
              stats: z.array(z.looseObject({ name: z.string(), value: z.union([z.string(), z.number()]).default('0') })).default([]),
              health_status: z.looseObject({}).catchall(z.unknown()).default({}),
              weight: z.number().default(1),
              priority: z.number().default(0),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})

type Host = z.infer<typeof clustersShape>['cluster_statuses'][number]['host_statuses'][number]

/** Samples and pools of `/clusters?format=json`, with balancing and rings of `/config_dump` where that could be read. */
export function parseClusters(
  text: string,
  configs: Map<string, ClusterConfig>,
  canWrite: (cluster: { name: string; assignment: string; config: ClusterConfig | undefined }) => string | true,
) {
  const parsed = clustersShape.safeParse(pageOf(text, '/clusters'))
  if (!parsed.success) throw malformed(`Envoy's /clusters: ${firstWrong(parsed.error)}`, text)
  const samples: Reading[] = []
  const pools: Omit<Pool, 'target'>[] = []
  const assignments = new Map<string, string>()
  for (const cluster of parsed.data.cluster_statuses) {
    if (cluster.host_statuses.length === 0) continue
    const pool = cluster.name
    const hosts = cluster.host_statuses.map((host, index) => readHost(host, index))
    for (const { server, counters } of hosts) samples.push(...hostReadings(pool, server, counters))
    const sum = (name: string) => hosts.reduce((total, { counters }) => total + (counters.get(name) ?? 0), 0)
    samples.push(
      { metric: 'pool_requests_total', labels: { pool }, value: sum('rq_total') },
      { metric: 'pool_errors_total', labels: { pool }, value: sum('rq_error') },
      { metric: 'pool_sessions', labels: { pool }, value: sum('rq_active') },
    )
    const limit = cluster.circuit_breakers?.thresholds.find((threshold) => threshold.priority !== 'HIGH')?.max_requests
    if (limit !== undefined) samples.push({ metric: 'pool_sessions_max', labels: { pool }, value: limit })
    const config = configs.get(pool)
    const servers = hosts.map(({ server }) => server)
    const assignment = cluster.eds_service_name || config?.assignment || pool
    assignments.set(pool, assignment)
    const may = canWrite({ name: pool, assignment, config })
    const able: Can = may === true || { because: may }
    pools.push({
      name: pool,
      algorithm: config ? `${config.policy.toLowerCase()}${config.noRing?.includes('random') ? ' without hash_policy' : ''}` : 'unknown',
      balances: config?.balances ?? 'unknown',
      can: { weight: able, state: able, slowStart: { because: 'each stage would be another file to take over' } },
      weightMax: 99_999,
      ring: config && ringOf(config, servers),
      servers,
    })
  }
  return { samples, pools, assignments }
}

function readHost(host: Host, index: number) {
  const counters = new Map(host.stats.map((stat) => [stat.name, count(stat.name, stat.value)]))
  const address = addressText(host.address)
  const state = hostState(host.health_status)
  const server: PoolServer = {
    name: address,
    address,
    id: index + 1,
    weightSet: host.weight,
    weightEffective: state === 'up' ? host.weight : 0,
    state,
    ...(host.priority > 0 ? { backup: true } : {}),
  }
  return { server, counters }
}

function count(name: string, value: string | number): number {
  const number = Number(value)
  if (!Number.isFinite(number)) throw malformed(`Envoy's host stat ${name} is not a number`, String(value))
  return number
}

/** Any `failed_…` flag or an EDS status that takes no traffic (`HostHealthStatus`, admin.v3). */
function hostState(health: Record<string, unknown>): ServerState {
  if (health.eds_health_status === 'DRAINING') return 'drain'
  if (health.eds_health_status === 'UNHEALTHY' || health.eds_health_status === 'TIMEOUT') return 'down'
  const failed = Object.keys(health).some((flag) => (flag.startsWith('failed_') || flag.startsWith('pending_')) && health[flag] === true)
  return failed ? 'down' : 'up'
}

function hostReadings(pool: string, server: PoolServer, counters: Map<string, number>): Reading[] {
  const labels = { pool, server: server.name }
  const of = (name: string) => counters.get(name) ?? 0
  return [
    { metric: 'pool_requests_total', labels, value: of('rq_total') },
    // 5xx of the host, its time-outs among them: the router charges both to rq_error.
    { metric: 'pool_errors_total', labels, value: of('rq_error') },
    { metric: 'pool_sessions', labels, value: of('rq_active') },
    { metric: 'envoy_host_connect_fail_total', labels, value: of('cx_connect_fail') },
    { metric: 'envoy_host_timeouts_total', labels, value: of('rq_timeout') },
    { metric: 'pool_weight_set', labels, value: server.weightSet },
    { metric: 'pool_weight_effective', labels, value: server.weightEffective },
    { metric: 'pool_up', labels, value: server.state === 'up' ? 1 : 0 },
  ]
}
