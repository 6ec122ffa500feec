import type { RingSpec } from '../model/ring.ts'
import { addressOf, isUp, sum, weightOf } from './algorithm.ts'
import { ketamaCounts } from './algorithms/ketama.ts'
import { nginxPlaces } from './algorithms/nginxConsistent.ts'
import { algorithms } from './algorithms.ts'
import { bytesOf } from './hashes/bytes.ts'
import { crc32 } from './hashes/crc32.ts'
import { md5First } from './hashes/md5.ts'
import { ketamaPlaces } from './ketamaPoints.ts'
import { type Demand, demandOf, imbalanceOf, type KeyWeight } from './solver/demand.ts'
import { type NestedRing, solveNested } from './solver/nested.ts'
import { searchWeights } from './solver/searched.ts'
import { POINTS_MAX } from './spec.ts'

export type { KeyWeight }

export type SolverQuestion = {
  spec: RingSpec
  /** Share of traffic by node name; without it traffic is taken to be as even as the ring. */
  seen?: Readonly<Record<string, number>>
  /** Keys that are known, each with its fraction of all traffic: the hottest ones, or every key of a sample. */
  keys?: readonly KeyWeight[]
  /** Largest max over mean that is good enough. Default 1.05. */
  limit?: number
  /** Fewest and most points or weight a node may have. Defaults: 1, and half more than the most now or twice the mean. */
  bounds?: { min?: number; max?: number }
  /** How long a better answer is looked for, and the clock. Default 250 ms. */
  budgetMs?: number
  now?: () => number
}

export type SolverAnswer =
  | {
      is: 'solved'
      setting: 'points' | 'weight'
      nodes: { name: string; before: number; after: number }[]
      /** max over mean of the traffic, as seen and as it will be. */
      imbalance: { before: number; after: number }
      /** Share of the traffic by node as it will be. */
      shares: Record<string, number>
      /** Fraction of the traffic whose keys change hands, and the least that any ring at all would have to move. */
      moved: number
      leastMoved: number
      /** False when the limit cannot be met with these settings: this is the best that was found. */
      reached: boolean
    }
  /** No setting can do better than `floor`, max over mean. */
  | { is: 'floor'; floor: number; because: string }

/** Points or weights that spread the traffic evenly while as few keys as possible change hands. */
export function solveRing(question: SolverQuestion): SolverAnswer {
  const { spec, limit = 1.05 } = question
  const live = spec.nodes.filter(isUp).length
  if (live < 2) return { is: 'floor', floor: 1, because: 'the ring has one usable node, which gets everything' }
  if (spec.algorithm === 'redis-cluster')
    return {
      is: 'floor',
      floor: imbalanceOf(demandOf(spec, question.seen, question.keys).seen),
      because: 'slots are given out by hand; a cluster has no weights',
    }
  const demand = demandOf(spec, question.seen, question.keys)
  const before = imbalanceOf(demand.seen, live)
  const hottest = question.keys?.reduce<KeyWeight | null>((top, one) => (!top || one.weight > top.weight ? one : top), null)
  const floor = hottest ? hottest.weight * live : 0
  if (hottest && floor > limit)
    return {
      is: 'floor',
      floor,
      because: `one key has ${(hottest.weight * 100).toFixed(1)} % of the traffic, and a key is on one node: ${floor.toFixed(2)} times the mean is the least`,
    }
  const least = demand.seen.reduce((total, share) => total + Math.max(0, share - limit / live), 0)
  const setting = spec.algorithm === 'ketama' ? ('points' as const) : ('weight' as const)
  const { values, loads, moved, start } = solved(question, demand, limit)
  const after = imbalanceOf(loads, live)
  if (after > before - 0.005 && before > limit)
    return {
      is: 'floor',
      floor: before,
      because: `no ${setting} within the bounds spreads this traffic more evenly: its arcs cannot be cut finer`,
    }
  return {
    is: 'solved',
    setting,
    nodes: spec.nodes.map(({ name }, i) => ({ name, before: start[i]!, after: values[i]! })),
    imbalance: { before, after },
    shares: Object.fromEntries(spec.nodes.map(({ name }, i) => [name, loads[i]!])),
    moved,
    leastMoved: least,
    reached: after <= limit + 1e-6,
  }
}

type Solved = { values: number[]; start: number[]; loads: Float64Array; moved: number }

function solved(question: SolverQuestion, demand: Demand, limit: number): Solved {
  const { spec, bounds = {} } = question
  const now = question.now ?? (() => performance.now())
  const until = now() + (question.budgetMs ?? 250)
  const nested = nestedRing(spec, bounds)
  if (nested) {
    const { counts, loads, moved } = solveNested(spec, nested, demand, limit, now, until)
    return { values: counts, start: nested.counts, loads, moved }
  }
  const start = spec.nodes.map(weightOf)
  const { weightMin, weightMax } = algorithms[spec.algorithm]
  const range = { min: Math.max(1, weightMin, bounds.min ?? 1), max: Math.min(weightMax, bounds.max ?? usualMax(spec, start)) }
  const { weights, loads, moved } = searchWeights(spec, demand, limit, range, now, until)
  return { values: weights, start, loads, moved }
}

/** Room to grow: half more than the most now, twice the mean. Weights of 1 leave none, so a ring of them may go up to ten. */
const usualMax = (spec: RingSpec, counts: readonly number[]) =>
  Math.ceil(Math.max(spec.algorithm === 'ketama' ? 0 : 10, 1.5 * Math.max(...counts), (2 * sum(counts)) / counts.length))

/** The ring as the solver sees it; null for rings that have to be searched. */
export function nestedRing(spec: RingSpec, bounds: { min?: number; max?: number }): NestedRing | null {
  const ketama = spec.algorithm === 'ketama'
  if (!ketama && spec.algorithm !== 'nginx-consistent') return null
  // A server that is down keeps its points in nginx, and its keys walk on: that is no longer one arc, one owner.
  if (!ketama && !spec.nodes.every(isUp)) return null
  const counts = ketama ? ketamaCounts(spec) : spec.nodes.map(weightOf)
  if (counts.every((count) => count === 0)) return null
  const unit = ketama ? 1 : 160
  const most = Math.max(1, Math.floor(POINTS_MAX / unit / spec.nodes.length))
  const highest = Math.min(bounds.max ?? usualMax(spec, counts), Math.max(most, ...counts))
  const max = counts.map((count, i) => (isUp(spec.nodes[i]!) ? Math.max(count, highest) : count))
  return {
    unit,
    counts,
    min: counts.map((count) => Math.min(count, bounds.min ?? 1)),
    max,
    places: spec.nodes.map((node, i) => (ketama ? ketamaPlaces(addressOf(node), max[i]!) : nginxPlaces(node, max[i]! * unit))),
    hash: ketama ? (key) => md5First(bytesOf(key)) : (key) => crc32(bytesOf(key)),
  }
}
