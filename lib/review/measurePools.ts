import type { Interval } from '../math/intervals.ts'
import { projectedWithout } from '../metrics/capacity.ts'
import { measure } from '../metrics/measure.ts'
import { poolLabels } from '../metrics/traffic.ts'
import { movingAddresses } from '../metrics/vrrp.ts'
import { servingOf } from '../model/serving.ts'
import { type Takeover, takeoverOf } from '../model/takeover.ts'
import type { Pool, Ring, Topology } from '../model/topology.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { nodeLoss } from '../predictions/nodeLoss.ts'
import { maxOverMean } from '../rings/compare.ts'
import type { PoolFacts, RingFacts } from './facts.ts'
import { quotient } from './quotient.ts'

export const poolName = (pool: Pick<Pool, 'target' | 'name'>) => `${pool.target}/${pool.name}`

/** What is measured of each pool. */
export function* measuredPools(window: SeriesWindow, topology: Topology): Generator<PoolFacts> {
  for (const pool of topology.pools) {
    const where = poolLabels(pool)
    const of = (metric: string) => measure(metric, where, window)
    const requests = of('pool_request_rate')
    yield {
      pool,
      requests,
      errors: of('pool_error_ratio'),
      response: of('pool_response_seconds'),
      responseP95: of('pool_response_seconds_p95'),
      imbalance: of('pool_imbalance'),
      sessionSeconds: quotient(of('pool_sessions'), requests, 'no request came'),
      withoutOne: withoutBusiest(window, pool),
      serving: servingOf(pool).length,
      limited: limitedOf(window, pool),
      takeover: takeoverFrom(pool.target, topology, window),
    }
  }
}

/** The pool when the server is out that takes the most by weight. */
function withoutBusiest(window: SeriesWindow, pool: Pool): PoolFacts['withoutOne'] {
  const serving = servingOf(pool)
  if (serving.length < 2) return null
  const busiest = serving.reduce((a, b) => (b.weightEffective > a.weightEffective ? b : a))
  const without = projectedWithout(window, pool, [busiest])
  return without && without.servers.length > 0 ? { server: busiest.name, sessions: without.sessions, limit: without.limit } : null
}

function limitedOf(window: SeriesWindow, pool: Pool): PoolFacts['limited'] {
  const newest = window
    .series('pool_sessions_max', poolLabels(pool))
    .flatMap(({ labels, points }) => (labels.server ? (points.at(-1)?.[1] ?? []) : []))
  return newest.length > 0 ? { have: newest.filter((limit) => limit > 0).length, of: newest.length } : null
}

const takeoverFrom = (name: string, topology: Topology, window: SeriesWindow): Takeover => {
  const target = topology.targets.find((one) => one.name === name)
  if (target?.can?.alone) return takeoverOf(target, topology, movingAddresses(window, topology))
  return { is: 'unknown', words: 'its product does not tell whether it is one process or many' }
}

/** Nodes whose deaths are foreseen of one ring: the busiest of very many. */
const NODES_MOST = 24

/** What is measured of one ring, and what the death of each of its nodes would do. `pause` is asked between two nodes. */
export async function measuredRing(window: SeriesWindow, ring: Ring, pause: Pause): Promise<RingFacts> {
  const facts: RingFacts = {
    ring,
    hitRatio: measure('ring_hit_ratio', { ring: ring.name }, window),
    imbalance: measure('ring_imbalance', { ring: ring.name }, window),
    imbalanceOwned: null,
    losses: [],
  }
  const traffic = trafficOf(ring, window)
  const nodes = [...ring.spec.nodes].sort((a, b) => (traffic(b.name).reads?.value ?? 0) - (traffic(a.name).reads?.value ?? 0))
  try {
    for (const { name } of nodes.slice(0, NODES_MOST)) {
      await pause()
      facts.losses.push(nodeLoss(ring.spec, name, traffic))
    }
  } catch {
    // A ring that cannot be placed has no shares; its page says why.
    return facts
  }
  return facts.losses.length === nodes.length ? { ...facts, imbalanceOwned: maxOverMean(facts.losses.map(({ owned }) => owned)) } : facts
}

/** Cooperative scheduling, as the engine's slices have it. */
export type Pause = () => Promise<void> | undefined

/** What is measured of each node of a ring, by its name; measured once. */
export function trafficOf({ nodes }: Pick<Ring, 'nodes'>, window: SeriesWindow) {
  const known = new Map<string, { reads: Interval | null; hits: Interval | null }>()
  return (name: string) => {
    const target = nodes.find((node) => node.name === name)?.target
    const of = (metric: string) => (target === undefined ? null : intervalOf(measure(metric, { target }, window)))
    const found = known.get(name) ?? { reads: of('cache_read_rate'), hits: of('cache_hits_total') }
    known.set(name, found)
    return found
  }
}

const intervalOf = (measured: Measurement): Interval | null =>
  measured.is === 'measured' ? { value: measured.value, low: measured.low, high: measured.high } : null
