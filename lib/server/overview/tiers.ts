import { factsOf } from '../../detectors/rows.ts'
import { mapped, type Pause } from '../../engine/slices.ts'
import type { OverviewView, TierView } from '../../model/answers/overview.ts'
import type { Finding } from '../../model/finding.ts'
import { parseRef, poolRef, type Ref, refText, sameRef, type TargetRef } from '../../model/ref.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { poolFigures } from '../pools/pools.ts'
import { readsOf, ringView, total } from '../rings/rings.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS, figureWindow } from '../series/figures.ts'
import { edgeTraffic } from './edgeTraffic.ts'

type Context = { runtime: Runtime; topology: Topology; window: SeriesWindow; firing: Finding[]; pause: Pause }

/** The graph of tiers: everything that the configured edges name, and beside it the targets that no edge leads to. */
export async function tiers(runtime: Runtime, pause: Pause): Promise<Pick<OverviewView, 'tiers' | 'edges' | 'poolsLeft'>> {
  const topology = runtime.engine.topology()
  const context: Context = {
    runtime,
    topology,
    window: runtime.engine.window(FIGURE_SPAN_MS),
    firing: runtime.store.findings.list((finding) => finding.state === 'firing'),
    pause,
  }
  const edges = runtime.config.edges
  const ids = new Set(edges.flatMap((edge) => [edge.from, edge.to]))
  const ringMembers = new Set(topology.rings.flatMap((ring) => ring.nodes.flatMap((node) => node.target ?? [])))
  const unlinked = topology.pools.map((pool) => refText(poolRef(pool))).filter((id) => !ids.has(id))
  for (const id of unlinked.slice(0, POOLS_BESIDE)) ids.add(id)
  for (const ring of topology.rings) ids.add(refText({ ring: ring.name }))
  const named = new Set([...ids].flatMap((id) => (isTarget(parseRef(id)) ? id.slice(id.indexOf(':') + 1) : [])))
  for (const target of topology.targets)
    if (target.role && !ringMembers.has(target.name) && !named.has(target.name)) ids.add(`${target.role}:${target.name}`)
  const drawn = new Map(await mapped(ids, async (id) => [id, await tierOf(id, context)] as const, pause))
  const traffic = edgeTraffic(edges, drawn)
  for (const tier of drawn.values()) {
    // Nothing measures clients and origins themselves: what flows over their edges does.
    if (tier.kind === 'clients')
      tier.requestsPerSecond = total(traffic.filter((edge) => edge.from === tier.id).map((edge) => edge.perSecond))
    if (tier.kind === 'origin') tier.requestsPerSecond = total(traffic.filter((edge) => edge.to === tier.id).map((edge) => edge.perSecond))
  }
  return { tiers: [...drawn.values()], edges: traffic, poolsLeft: Math.max(0, unlinked.length - POOLS_BESIDE) }
}

/** Most pools without an edge beside the graph: each view of the first page computes all of them, and nobody reads more. */
const POOLS_BESIDE = 50
/** Servers in the picture of one pool. */
const SERVERS_DRAWN = 60

/** All of them in their own order, or of very many those that get the most. */
const busiest = (balance: TierView['balance']): TierView['balance'] =>
  balance.length <= SERVERS_DRAWN ? balance : balance.sort((a, b) => (b.seen ?? 0) - (a.seen ?? 0)).slice(0, SERVERS_DRAWN)

const isTarget = (ref: Ref | null): ref is TargetRef => ref !== null && 'target' in ref && !('pool' in ref) && !('cache' in ref)

async function tierOf(id: string, { topology, window, firing, runtime, pause }: Context): Promise<TierView> {
  const ref = parseRef(id)
  // As the configuration calls it: a cache may be drawn as one, or as a target.
  const [, prefix = 'clients', name = 'clients'] = /^([a-z]+):(.+)$/s.exec(id) ?? []
  const blank: TierView = {
    id,
    kind: 'clients',
    name,
    href: null,
    requestsPerSecond: null,
    responseSeconds: null,
    errorRatio: null,
    hitRatio: null,
    balance: [],
    severity: null,
    state: 'unknown',
  }
  if (ref && 'pool' in ref) {
    const pool = topology.pools.find((candidate) => sameRef(poolRef(candidate), ref))
    const href = `/pools/${encodeURIComponent(ref.target)}/${encodeURIComponent(ref.pool)}`
    if (!pool) return { ...blank, kind: 'pool', href }
    const { share, ...view } = poolFigures(pool, figureWindow(runtime, factsOf(topology, pool.target), window))
    return {
      ...blank,
      kind: 'pool',
      href,
      ...view,
      balance: busiest(pool.servers.map(({ name, state }) => ({ name, ...share(name), state }))),
      severity: worst(firing.filter(({ subject }) => subject.target === pool.target && (subject.pool ?? pool.name) === pool.name)),
      state: stateOf(topology, [pool.target]),
    }
  }
  if (ref && 'ring' in ref) {
    const ring = topology.rings.find((candidate) => candidate.name === ref.ring)
    const href = `/rings/${encodeURIComponent(ref.ring)}`
    if (!ring) return { ...blank, kind: 'ring', href }
    const view = await ringView(ring, window, runtime.now(), pause)
    const targets = ring.nodes.flatMap((node) => node.target ?? [])
    return {
      ...blank,
      kind: 'ring',
      href,
      requestsPerSecond: view.readsPerSecond,
      hitRatio: view.hitRatio,
      balance: view.nodes.map((node) => ({ name: node.name, seen: node.shareSeen, expected: 1 / view.nodes.length })),
      severity: worst(
        firing.filter(({ subject }) => subject.ring === name || (subject.ring === undefined && targets.includes(subject.target ?? ''))),
      ),
      state: stateOf(topology, targets),
    }
  }
  if (isTarget(ref)) {
    const target = factsOf(topology, name)
    const { readsPerSecond, hitRatio } = await readsOf([name], figureWindow(runtime, target, window), pause)
    return {
      ...blank,
      kind: prefix === 'cache' || prefix === 'store' ? prefix : (target?.role ?? 'cache'),
      href: `/targets/${encodeURIComponent(name)}`,
      requestsPerSecond: readsPerSecond,
      hitRatio,
      severity: worst(firing.filter(({ subject }) => subject.target === name)),
      state: stateOf(topology, [name]),
    }
  }
  return { ...blank, kind: prefix === 'application' || prefix === 'origin' ? prefix : 'clients', state: 'ok' }
}

function worst(findings: Finding[]): TierView['severity'] {
  for (const severity of ['critical', 'warning', 'info'] as const)
    if (findings.some((finding) => finding.severity === severity)) return severity
  return null
}

function stateOf(topology: Topology, names: string[]): TierView['state'] {
  const states = names.map((name) => factsOf(topology, name)?.state ?? 'unknown')
  return states.includes('down') ? 'down' : states.includes('unknown') || states.length === 0 ? 'unknown' : 'ok'
}
