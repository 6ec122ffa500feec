import { text } from '../../format/format.ts'
import type { Interval } from '../../math/intervals.ts'
import { poolLoadLine } from '../../metrics/loadLine.ts'
import { measure } from '../../metrics/measure.ts'
import type { Expectation } from '../../model/drill.ts'
import { callersOf, type Edge } from '../../model/edges.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Guard } from '../../model/proposal.ts'
import { RING_SEEN_MS } from '../../model/ring.ts'
import { settingText } from '../../model/setting.ts'
import type { Ring, Topology } from '../../model/topology.ts'
import type { Measurement, SeriesWindow } from '../../model/window.ts'
import { type NodeLoss, nodeLeaves } from '../../predictions/nodeLoss.ts'
import { refillMisses, warmAfterMs } from '../../predictions/refill.ts'
import { capacityWords } from '../../review/bears.ts'
import { trafficOf } from '../../review/measurePools.ts'
import { originCallers } from '../../review/origins.ts'
import { leftAfter, waitText, warmingOf } from './warming.ts'

/** A drill of one node that leaves its ring for a while: what is written, and what is expected of it. */
export type RingDrillPlan = {
  ring: string
  node: string
  lastsMs: number
  steps: { setting: { target: string; name: string }; after: string }[]
  loss: NodeLoss
  expects: Expectation[]
  /** When a tenth of what the node hit still misses, ms after it left. */
  warmMs: Interval | null
  guards: Guard[]
  /** What may go wrong, as sentences with numbers. */
  risks: string[]
  /** Why it may not begin now: the ring still warms. */
  wait: string | null
}

/** Rates are those of the last minute; what is before it in the window says where they go. */
const NOW_MS = 60_000

/** Followers read the new ring within this time of its announcement; a poll sees it a second later. */
const FOLLOWED_MS = 1_000
const FIRST_MS = 10_000
/** The share of reads follows popular keys, not the arc alone: so much of what moves may move to another heir. */
const SHARE_LOOSE = 0.35
const SHARE_LEAST = 0.02
/** Two looks at the same traffic differ by so much of its misses, besides their own interval: the day goes on meanwhile. */
const DAY = 0.15
/** Many more requests that fail than before end the drill. */
const ERRORS_MORE = 0.05

/**
 * What is expected when one node leaves a ring: the misses right after and at the end, and what each heir is read.
 * @throws not_found without such a ring or node; not_allowed where its nodes cannot be taken out, or nothing would be left
 */
export function ringDrillPlan(
  topology: Pick<Topology, 'rings' | 'pools' | 'edges'>,
  seen: SeriesWindow,
  { ring: name, node: asked, lastsMs }: { ring: string; node?: string; lastsMs: number },
): RingDrillPlan {
  const window = seen.between(seen.to - NOW_MS, seen.to)
  const { ring, node } = nodeOf(topology.rings, name, asked, window)
  const loss = nodeLeaves(ring.spec, node, trafficOf(ring, window))
  const target = ring.nodes.find((one) => one.name === node)?.target
  const keys = target === undefined ? null : known(measure('cache_items', { target }, window))
  const hits = target === undefined ? null : measure('cache_hits_total', { target }, window)
  const cold = keys !== null && hits?.is === 'measured' ? { hits: { value: hits.value, low: hits.low, high: hits.high }, keys } : null
  const misses = measure('ring_miss_rate', { ring: name }, window)
  const warming = warmingOf('ring_miss_rate', { ring: name }, seen)
  return {
    ring: name,
    node,
    lastsMs,
    steps: [{ setting: settingText({ of: { ring: name, node }, name: 'points' }), after: '0' }],
    loss,
    expects: [
      ...(cold && misses.is === 'measured' ? missesExpected(name, { ...cold, misses, warming, lastsMs }) : []),
      ...sharesExpected(ring, node, loss, window, lastsMs),
    ],
    warmMs: cold && warmAfterMs(cold),
    guards: guardsOf(topology, name, window),
    risks: [...risksOf(ring, node, loss, window, keys), ...originRisks(topology.edges, name, loss, seen)],
    // Without misses nothing is expected of them, so that it need not wait.
    wait: misses.is === 'measured' ? waitText(warming) : null,
  }
}

/** The ring and its node that is asked about; by default the node that is read most. */
function nodeOf(rings: readonly Ring[], name: string, asked: string | undefined, window: SeriesWindow): { ring: Ring; node: string } {
  const ring = rings.find((one) => one.name === name)
  if (!ring) throw new EvenkeelError('not_found', 'There is no ring of that name.')
  const share = (of: string) => known(measure('ring_share_seen', { ring: name, node: of }, window)) ?? 0
  const node = asked ?? [...ring.nodes].sort((a, b) => share(b.name) - share(a.name))[0]?.name ?? ''
  if (!ring.nodes.some((one) => one.name === node)) throw new EvenkeelError('not_found', `The ring ${name} has no node of that name.`)
  if (ring.spec.algorithm !== 'ketama')
    throw new EvenkeelError(
      'not_allowed',
      `A node of ${ring.spec.algorithm} cannot be taken out by its points: only a ketama ring has them.`,
    )
  const others = ring.nodes.filter((one) => one.name !== node && one.points !== 0)
  if (others.length === 0) throw new EvenkeelError('not_allowed', 'No other node would be left.')
  if (ring.nodes.find((one) => one.name === node)!.points === 0)
    throw new EvenkeelError('not_allowed', `${node} is out of the ring already.`)
  return { ring, node }
}

type Before = {
  hits: Interval
  keys: number
  misses: Extract<Measurement, { is: 'measured' }>
  warming: ReturnType<typeof warmingOf>
  lastsMs: number
}

/** Misses right after the node left, and over the last ten seconds of the drill. */
function missesExpected(ring: string, { hits, keys, misses, warming, lastsMs }: Before): Expectation[] {
  const spans = [
    [FOLLOWED_MS, FOLLOWED_MS + FIRST_MS],
    [lastsMs - FIRST_MS, lastsMs],
  ].filter(([from, to], i) => i === 0 || (from! >= FOLLOWED_MS + FIRST_MS && to! > from!))
  return spans.map(([fromMs, toMs]) => {
    const more = refillMisses({ hits, keys }, Math.max(0, fromMs! - FOLLOWED_MS), toMs!)
    // Misses that fall slowly may go on to fall, or end to: the rate of now is that of half a minute ago.
    const left = (ms: number) => leftAfter(warming, NOW_MS / 2 + ms)
    return {
      metric: 'ring_miss_rate',
      where: { ring },
      unit: 'perSecond',
      before: misses.value,
      after: misses.value * left((fromMs! + toMs!) / 2) + more.value,
      low: (1 - DAY) * misses.low * left(toMs!) + more.low * (1 - DAY),
      high: (1 + DAY) * misses.high + more.high * (1 + DAY),
      basis: `${text(hits.value, 'perSecond')} hits of ${Math.round(keys).toLocaleString('en')} keys, each of which misses once; popularity from even to Zipf 1.1`,
      fromMs: fromMs!,
      toMs: toMs!,
    }
  })
}

/** What each heir is read of the whole ring once the reads have moved. */
function sharesExpected(
  { name: ring, nodes }: Ring,
  node: string,
  { owned, heirs }: NodeLoss,
  window: SeriesWindow,
  lastsMs: number,
): Expectation[] {
  const fromMs = FOLLOWED_MS + RING_SEEN_MS
  const shareOf = (of: string) => known(measure('ring_share_seen', { ring, node: of }, window))
  const dead = shareOf(node)
  if (dead === null || owned === 0 || lastsMs < fromMs + 5_000) return []
  return nodes.flatMap(({ name }): Expectation[] => {
    const before = shareOf(name)
    const heir = heirs.find((one) => one.node === name)
    if (before === null || !heir) return []
    const taken = (dead * heir.share) / owned
    const loose = SHARE_LEAST + SHARE_LOOSE * taken
    return [
      {
        metric: 'ring_share_seen',
        where: { ring, node: name },
        unit: 'ratio',
        before,
        after: before + taken,
        low: Math.max(0, before + taken - loose),
        high: Math.min(1, before + taken + loose),
        basis: 'the exact arcs of the circle, and the share of the reads seen',
        fromMs,
        toMs: lastsMs,
      },
    ]
  })
}

/** Pools that call the ring end the drill when many more of their requests fail. */
function guardsOf({ pools, edges }: Pick<Topology, 'pools' | 'edges'>, ring: string, window: SeriesWindow): Guard[] {
  return pools.flatMap(({ target, name: pool }): Guard[] => {
    const where = { target, pool }
    if (!callersOf({ ring }, edges).some((ref) => 'pool' in ref && ref.target === target && ref.pool === pool)) return []
    const seen = measure('pool_error_ratio', where, window)
    if (seen.is !== 'measured') return []
    const why = 'many more requests fail than before the drill'
    return [{ metric: 'pool_error_ratio', where, unit: 'ratio', op: '>', limit: seen.value + ERRORS_MORE, forMs: 5_000, why }]
  })
}

/** Who overloads: heirs without the memory for what they inherit, and an origin that is asked many times what it is asked now. */
function risksOf({ nodes, name: ring }: Ring, node: string, loss: NodeLoss, window: SeriesWindow, keys: number | null): string[] {
  const of = (name: string, metric: string) => {
    const target = nodes.find((one) => one.name === name)?.target
    return target === undefined ? null : known(measure(metric, { target }, window))
  }
  const used = of(node, 'cache_memory_used_bytes')
  const memory = loss.heirs.flatMap(({ node: heir, share }): string[] => {
    const [has, most] = [of(heir, 'cache_memory_used_bytes'), of(heir, 'cache_memory_max_bytes')]
    if (used === null || has === null || !most || keys === null || loss.owned === 0) return []
    const more = (used * share) / loss.owned
    return has + more <= most
      ? []
      : [`${heir} would need ${text(has + more, 'bytes')} for all of it and may use ${text(most, 'bytes')}: it evicts what is used least.`]
  })
  const misses = known(measure('ring_miss_rate', { ring }, window))
  const { extra } = loss
  const origin =
    extra && misses !== null && misses > 0 && extra.value > misses
      ? [
          `The origin is asked ${text(misses + extra.value, 'perSecond')} in the first moment, ${text((misses + extra.value) / misses, 'factor')} what it is asked now.`,
        ]
      : []
  return [...origin, ...memory]
}

/** What is known of the capacity of the origins behind the ring: the knee of their load-latency line. */
function originRisks(edges: readonly Edge[], ring: string, { extra }: NodeLoss, seen: SeriesWindow): string[] {
  return originCallers(edges).flatMap(({ name, callers, pool }) => {
    if (!extra || !pool || !callers.some((caller) => caller.name === ring)) return []
    const where = { target: pool.target, pool: pool.pool }
    const now = known(measure('pool_request_rate', where, seen.between(seen.to - NOW_MS, seen.to)))
    if (now === null) return []
    const then = now + extra.value
    return [`${name} would be asked ${text(then, 'perSecond')} at first. ${capacityWords({ line: poolLoadLine(seen, where) }, then)}`]
  })
}

const known = (measured: Measurement): number | null => (measured.is === 'measured' ? measured.value : null)
