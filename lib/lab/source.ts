import { followersWord } from '../format/followers.ts'
import type { HotKeyView } from '../model/answers/key.ts'
import type { PoolView } from '../model/answers/pool.ts'
import type { RingView } from '../model/answers/ring.ts'
import type { TargetView } from '../model/answers/target.ts'
import { type PoolRef, parseRef, poolRef, type RingRef, refText } from '../model/ref.ts'
import type { RingSpec } from '../model/ring.ts'
import type { KeyWeight } from '../model/ringSolver.ts'
import type { Can } from '../model/topology.ts'
import { sharesSeen } from '../rings/compare.ts'
import { poolRing } from '../rings/poolRing.ts'
import type { LabTraffic } from './state.ts'

/** What sets the weights and states of a ring: its control document, or the settings of a pool. Null: a ring that nothing runs. */
export type SetBy =
  | { is: 'ring'; name: string; written: boolean; follow: ReturnType<typeof followersWord> }
  | { is: 'pool'; target: string; name: string; states: Can; weights: Can; weightMax: number }
  | null

/** A ring that the lab starts from, with what is seen of its traffic. Rates a second, shares from 0 to 1. */
export type LabSource = {
  /** As edges name it; null: described on the page. */
  id: string | null
  title: string
  spec: RingSpec
  /** What its traffic is called. */
  unit: 'reads' | 'requests'
  seen: Record<string, number> | null
  /** Keys known to be hot, each with its part of all the traffic. */
  hot: KeyWeight[]
  /** Keys that are read much, hottest first: worth looking up. */
  popular: string[]
  /** Bound on how uneven the keys are that are not hot: the sum of the squares of their parts; null while none is known. */
  squares: number | null
  perSecond: number | null
  hitRatio: number | null
  items: number | null
  setBy: SetBy
}

export const ringId = (ring: Pick<RingView, 'name'>) => refText({ ring: ring.name })
export const poolId = (pool: Pick<PoolView, 'target' | 'name'>) => refText(poolRef(pool))

/** What an id names: a ring, or a pool of a target. Null of anything else. */
export function partsOf(id: string): RingRef | PoolRef | null {
  const ref = parseRef(id)
  if (ref === null || 'node' in ref || 'server' in ref) return null
  return 'ring' in ref || 'pool' in ref ? ref : null
}

/** The source of a ring that applications compute: its control document sets the points. */
export function sourceOfRing(ring: RingView, hotKeys: readonly HotKeyView[], targets: readonly TargetView[]): LabSource {
  const seen = sharesSeen(ring.nodes)
  const node = new Map(ring.nodes.flatMap(({ target, name }) => (target === undefined ? [] : [[target, name] as const])))
  // An LFU class says which keys are hottest, not how hot.
  const known = hotKeys
    .flatMap((key) => {
      const share = seen?.[node.get(key.target) ?? '']
      return share && key.method !== 'lfu' ? [{ key: key.key, weight: key.share * share, hot: key.hot }] : []
    })
    .sort((a, b) => b.weight - a.weight)
  return {
    id: ringId(ring),
    title: ring.name,
    spec: ring.spec,
    unit: 'reads',
    seen,
    hot: known.filter(({ hot }) => hot).map(({ key, weight }) => ({ key, weight })),
    popular: known.map(({ key }) => key),
    squares: squaresOf(known),
    perSecond: ring.readsPerSecond,
    hitRatio: ring.hitRatio,
    items: itemsOf(targets.filter(({ name }) => node.has(name))),
    setBy: { is: 'ring', name: ring.name, written: ring.control !== null, follow: followersWord(ring) },
  }
}

/** The source of a pool that hashes; null where it does not, or where nothing tells how. What its servers hold is known where they are targets themselves. */
export function sourceOfPool(pool: PoolView, targets: readonly TargetView[]): LabSource | null {
  const spec = poolRing(pool)
  if (!spec) return null
  const caches = pool.servers.map(({ address }) => targets.find((target) => target.role !== undefined && target.address === address))
  const known = caches.every((cache) => cache !== undefined) ? (caches as TargetView[]) : []
  return {
    id: poolId(pool),
    title: `${pool.target}/${pool.name}`,
    spec,
    unit: 'requests',
    // A server that is out gets nothing, which nobody counts.
    seen: sharesSeen(pool.servers.map((server) => (server.state === 'up' ? server : { ...server, shareSeen: server.shareSeen ?? 0 }))),
    hot: [],
    popular: [],
    squares: null,
    perSecond: pool.requestsPerSecond,
    hitRatio: hitRatioOf(known),
    items: itemsOf(known),
    setBy: {
      is: 'pool',
      target: pool.target,
      name: pool.name,
      states: pool.can.state,
      weights: pool.can.weight,
      weightMax: pool.weightMax,
    },
  }
}

/** The source of a ring described on the page: its traffic is what the person says, spread as evenly as the keys. */
export function sourceOfDescription(spec: RingSpec, traffic: LabTraffic): LabSource {
  return {
    id: null,
    title: 'a described ring',
    spec,
    unit: 'reads',
    seen: null,
    hot: [],
    popular: [],
    squares: null,
    perSecond: traffic.reads ?? null,
    hitRatio: traffic.hits ?? null,
    items: traffic.items ?? null,
    setBy: null,
  }
}

/** The traffic of a source as what a described ring starts with, rounded: it goes into an address. */
export const trafficOf = ({ perSecond, hitRatio, items }: LabSource): LabTraffic => ({
  ...(perSecond !== null && { reads: Math.round(perSecond * 10) / 10 }),
  ...(hitRatio !== null && { hits: Math.round(hitRatio * 1000) / 1000 }),
  ...(items !== null && { items }),
})

/** The bound of the sum of squares: a key that is in no list is read no more than the least one that is. */
function squaresOf(known: readonly { weight: number; hot: boolean }[]): number | null {
  const least = known.at(-1)?.weight
  if (least === undefined) return null
  const rest = 1 - known.reduce((sum, { weight }) => sum + weight, 0)
  return known.reduce((sum, { weight, hot }) => sum + (hot ? 0 : weight ** 2), Math.max(0, rest) * least)
}

type Figures = NonNullable<TargetView['figures']>
const figure = (target: TargetView, name: keyof Figures): number | null => {
  const found = target.figures?.[name]
  return found && 'value' in found ? found.value : null
}

/** Null unless every node's is known: a sum of some is not the whole. */
function itemsOf(targets: readonly TargetView[]): number | null {
  const items = targets.map((target) => figure(target, 'items'))
  return items.length > 0 && items.every((count) => count !== null) ? items.reduce((sum, count) => sum + count, 0) : null
}

/** Over all reads, not the mean of ratios. */
function hitRatioOf(targets: readonly TargetView[]): number | null {
  let [reads, hits] = [0, 0]
  for (const target of targets) {
    const [rate, ratio] = [figure(target, 'readsPerSecond'), figure(target, 'hitRatio')]
    if (rate === null || ratio === null) continue
    reads += rate
    hits += rate * ratio
  }
  return reads > 0 ? hits / reads : null
}
