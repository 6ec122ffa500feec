import { createSlices, mapped, type Pause } from '../../engine/slices.ts'
import { rows } from '../../metrics/batches.ts'
import { LOAD_LINE_MS, poolLoadLine } from '../../metrics/loadLine.ts'
import { measuredValue } from '../../metrics/measure.ts'
import type { Proposal } from '../../model/proposal.ts'
import type { PoolRef } from '../../model/ref.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { dayOf } from '../../review/day.ts'
import type { Day, MonitoringFacts, OriginFacts, PainFact, ReviewFacts } from '../../review/facts.ts'
import { measuredCaches } from '../../review/measureCaches.ts'
import { measuredPools, measuredRing, poolName } from '../../review/measurePools.ts'
import { type Origin, originCallers, type Sum } from '../../review/origins.ts'
import { proposalsByFinding } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { silencedBy } from '../silences/silences.ts'

/** What a review measures unless a row says otherwise: long enough for narrow intervals, and held in memory. */
const SPAN_MS = 600_000
const DAY_MS = 86_400_000
const BUCKET_MS = 300_000
/** Days are read from the disk: of so many things at the most, pools and rings first. */
const DAYS_MOST = 40

/** Measures everything that a review is made of, in slices: of a large fleet it takes long, and others run in between. */
export async function reviewFacts(runtime: Runtime): Promise<ReviewFacts> {
  const pause = createSlices()
  const topology = runtime.engine.topology()
  const window = runtime.engine.window(SPAN_MS)
  const known = new Set(topology.targets.filter(({ name }) => runtime.references.settings(name)).map(({ name }) => name))
  const caches = await mapped(measuredCaches(window, topology, known), (one) => one, pause)
  const pools = await mapped(measuredPools(window, topology), (one) => one, pause)
  const rings = await mapped(topology.rings, (ring) => measuredRing(window, ring, pause), pause)
  const inRings = new Set(topology.rings.flatMap(({ nodes }) => nodes.flatMap(({ target }) => target ?? [])))
  const sums: [name: string, sum: Sum][] = [
    ...topology.pools.map((pool): [string, Sum] => [
      poolName(pool),
      [{ metric: 'pool_requests_total', labels: { target: pool.target, pool: pool.name } }],
    ]),
    ...topology.rings.map(({ name }): [string, Sum] => [name, readsOf({ ring: name }, 'ring')]),
    ...caches.filter(({ where }) => !inRings.has(where.target!)).map(({ name, where }): [string, Sum] => [name, readsOf(where, 'cache')]),
  ]
  const days = await mapped(sums.slice(0, DAYS_MOST), async ([name, sum]) => [name, await day(runtime, sum, pause)] as const, pause)
  return {
    from: seenFrom(window),
    to: window.to,
    caches,
    pools,
    rings,
    origins: await mapped(originCallers(topology.edges), (origin) => originFacts(runtime, origin, window, pause), pause),
    ttls: topology.ttls,
    edges: topology.edges,
    days: new Map(days.flatMap(([name, one]) => (one ? [[name, one] as const] : []))),
    monitoring: monitoringFacts(runtime),
    pains: await painFacts(runtime, window, pause),
    prices: topology.prices ?? {},
  }
}

/** Where what is known begins: after a start it is less than what was asked for. */
const seenFrom = (window: SeriesWindow) =>
  Math.max(window.from, Math.min(...window.series('target_up').map(({ points }) => points[0]?.[0] ?? window.to), window.to))

const readsOf = (labels: Sum[number]['labels'], of: 'ring' | 'cache'): Sum =>
  ['hits', 'misses'].map((what) => ({ metric: `${of}_${what}_total`, labels }))

/** The last 24 hours of a sum of rates, by five minutes. */
async function day({ store, now }: Runtime, sum: Sum, pause: Pause): Promise<Day | null> {
  const to = now()
  const all: (readonly (readonly [number, number | null])[])[] = []
  for (const { metric, labels } of sum) {
    const drawings = store.drawings({ metric, labels, from: to - DAY_MS, to, stepMs: BUCKET_MS, rate: true })
    const fewest = Math.min(...drawings.map((one) => Object.keys(one.labels).length))
    const whole = drawings.filter((one) => Object.keys(one.labels).length === fewest)
    if (whole.length === 0) return null
    for (const one of whole) {
      await pause()
      all.push(one.draw().points)
    }
  }
  return dayOf(all, BUCKET_MS)
}

async function originFacts(runtime: Runtime, { name, callers, pool }: Origin, window: SeriesWindow, pause: Pause): Promise<OriginFacts> {
  const where = pool && { target: pool.target, pool: pool.pool }
  // A pool counts what reaches it, from whomever.
  const sends = where ? [{ metric: 'pool_requests_total', labels: where }] : callers.flatMap((caller) => caller.sends)
  const rates = sends.map(({ metric, labels }) => (rows(window, metric, labels).length > 0 ? measuredValue(metric, labels, window) : null))
  return {
    name,
    callers: callers.map((caller) => caller.name),
    reads: rates.length === 0 || rates.includes(null) ? null : (rates as number[]).reduce((a, b) => a + b, 0),
    day: await day(runtime, sends, pause),
    retries: retriesOf(pool ? [pool] : callers.flatMap(({ sends }) => poolsOf(sends)), runtime.engine.topology(), window),
    line: where ? poolLoadLine(runtime.engine.window(LOAD_LINE_MS), where) : null,
  }
}

const poolsOf = (sends: Sum): PoolRef[] =>
  sends.flatMap(({ labels: { target, pool } }) => (target !== undefined && pool !== undefined ? [{ target, pool }] : []))

/** What the pools on the way say of tries again, and how many requests may be under way in each. */
function retriesOf(pools: readonly PoolRef[], topology: Topology, window: SeriesWindow): OriginFacts['retries'] {
  return pools.map((ref) => {
    const own = topology.pools.find((one) => one.target === ref.target && one.name === ref.pool)
    const limits = rows(window, 'pool_sessions_max', { target: ref.target, pool: ref.pool }).map(({ points }) => points.at(-1)?.[1] ?? 0)
    const sessions = limits.length > 0 && limits.every((limit) => limit > 0) ? limits.reduce((a, b) => a + b, 0) : null
    return { pool: `${ref.target}/${ref.pool}`, told: own?.retries ?? null, sessions }
  })
}

function monitoringFacts({ engine, config, detectors }: Runtime): MonitoringFacts {
  const topology = engine.topology()
  const capabilities = new Map(topology.targets.map((facts) => [facts.name, facts.capabilities]))
  return {
    targets: engine
      .targets()
      .filter(({ kind }) => kind !== 'control')
      .map(({ name, state, error }) => ({ name, state, ...(error ? { error } : {}), capabilities: capabilities.get(name) ?? [] })),
    rules: detectors.map(({ id, title }) => {
      const { unjudged, because } = engine.judged(id)
      return { id, title, enabled: config.rules[id]?.enabled !== false, unjudged, because }
    }),
    receivers: config.receivers.length,
    routes: config.routes.length,
    heartbeat: config.heartbeat !== null,
    learning: engine.learning(),
  }
}

async function painFacts(runtime: Runtime, window: SeriesWindow, pause: Pause): Promise<PainFact[]> {
  const { store, detectors, engine } = runtime
  const proposals = proposalsByFinding(runtime)
  const firing = store.findings.list((finding) => finding.state === 'firing' && silencedBy(runtime, finding, runtime.now()).length === 0)
  return mapped(
    firing,
    (finding) => {
      const detector = detectors.find(({ id }) => id === finding.rule)
      const open = proposals.get(finding.id)?.find(({ state }) => state === 'open')
      return {
        finding,
        title: detector?.title ?? finding.rule,
        cost: detector?.price?.(finding, window) ?? null,
        proposal: open ? { text: stepsText(open) } : null,
        noRemedy: engine.noRemedy(finding.id),
      }
    },
    pause,
  )
}

function stepsText({ steps }: Proposal): string {
  const [first, ...others] = steps
  if (!first) return ''
  const { setting, before, after } = first
  return `${setting.target} ${setting.name} ${before} → ${after}${others.length > 0 ? `, ${others.length} more` : ''}`
}
