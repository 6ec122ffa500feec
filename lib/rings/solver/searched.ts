import type { RingSpec } from '../../model/ring.ts'
import { weightOf } from '../algorithm.ts'
import { movesBetween, placeRing } from '../evaluate.ts'
import { parseSpec } from '../spec.ts'
import { type Demand, imbalanceOf } from './demand.ts'

export type Searched = { weights: number[]; loads: Float64Array; moved: number }

/** Rings are placed at most so often: each costs ms where there are many points. */
const TRIES_MAX = 400

/**
 * For rings whose weights act on one another (normalised counts, tables, nearest points): tries weights and computes exactly what each would
 * do. Corrects all nodes towards the mean first, then one at a time, and keeps what meets the limit with the fewest keys moved.
 * @param untilMs when to stop trying, on the clock that `now` reads
 */
export function searchWeights(
  spec: RingSpec,
  demand: Demand,
  limit: number,
  bounds: { min: number; max: number },
  now: () => number,
  untilMs: number,
): Searched {
  const start = spec.nodes.map(weightOf)
  const before = placeRing(spec)
  const movable = spec.nodes.map((node, i) => (node.state ?? 'up') === 'up' && start[i]! > 0)
  let tries = 0

  const specOf = (weights: readonly number[]): RingSpec => ({
    ...spec,
    nodes: spec.nodes.map((node, i) => ({ ...node, weight: weights[i]! })),
  })
  const clamp = (weight: number) => Math.max(bounds.min, Math.min(bounds.max, Math.round(weight)))

  function judge(weights: number[]): Searched {
    tries++
    const after = parseSpec(specOf(weights))
    const placed = placeRing(after)
    const loads = Float64Array.from(demand.spread)
    let moved = 0
    const index = new Map(spec.nodes.map(({ name }, i) => [name, i]))
    for (const { from, to, share } of movesBetween(spec, after, before, placed)) {
      if (from === null) continue
      const i = index.get(from)!
      const traffic = demand.owned[i]! > 0 ? share * (demand.spread[i]! / demand.owned[i]!) : 0
      loads[i]! -= traffic
      if (to !== null) loads[index.get(to)!]! += traffic
      moved += traffic
    }
    for (const { key, weight } of demand.keys) {
      const owner = placed.ownerOf(key)
      if (owner >= 0) loads[owner]! += weight
      if (owner !== before.ownerOf(key)) moved += weight
    }
    return { weights, loads, moved }
  }
  /** Those weights with the old sum, the difference spread one by one over the nodes that may move; null where the bounds forbid it. */
  function sameSum(weights: readonly number[]): number[] | null {
    const difference = weights.reduce((sum, weight, i) => sum + weight - start[i]!, 0)
    const even = [...weights]
    const nodes = [...even.keys()].filter((i) => movable[i])
    let rest = Math.abs(difference)
    for (let turn = 0; rest > 0 && turn < nodes.length * 64; turn++) {
      const node = nodes[Math.floor((turn * 7) % nodes.length)]!
      const weight = clamp(even[node]! - Math.sign(difference))
      if (weight === even[node]) continue
      even[node] = weight
      rest--
    }
    return rest === 0 ? even : null
  }
  const mean = demand.seen.reduce((sum, share) => sum + share, 0) / spec.nodes.length
  const excess = ({ loads }: Searched) => loads.reduce((sum, load) => sum + Math.max(0, load - limit * mean), 0)
  const better = (a: Searched, b: Searched): boolean => {
    const [over, other] = [excess(a), excess(b)]
    if (over < 1e-9 && other < 1e-9) return a.moved < b.moved
    return over < other - 1e-9
  }
  const left = () => tries < TRIES_MAX && now() < untilMs

  let best = judge(start)
  // Corrections of growing strength: the weakest that meets the limit moves least. Each starts from what the last one did.
  // A table of another length moves nearly everything, so that each is tried with the old sum kept, too.
  for (const keepSum of [true, false])
    for (const aim of [limit, (1 + limit) / 2, 1]) {
      let current = judge(start)
      for (let round = 0; round < 6 && left() && excess(current) > 1e-9; round++) {
        const corrected = current.weights.map((weight, i) => {
          if (!movable[i]) return weight
          const load = Math.max(current.loads[i]!, mean / 100)
          const wanted = load > aim * mean ? (aim * mean) / load : load < mean / limit ? Math.min(mean / limit / load, 4) : 1
          return clamp(weight * wanted)
        })
        const weights = keepSum ? sameSum(corrected) : corrected
        if (!weights || weights.every((weight, i) => weight === current.weights[i])) break
        current = judge(weights)
        if (better(current, best)) best = current
      }
    }
  // One node at a time: the heaviest less, the lightest more, then whatever was changed back towards what it was.
  for (let step = 4; step >= 1 && left(); step = Math.floor(step / 2)) {
    for (let improved = true; improved && left() && excess(best) > 1e-9; ) {
      improved = false
      const order = [...best.loads.keys()].filter((i) => movable[i]).sort((a, b) => best.loads[b]! - best.loads[a]!)
      const attempts: [number, number][] = [
        ...order.slice(0, 4).map((i): [number, number] => [i, -step]),
        ...order.slice(-4).map((i): [number, number] => [i, step]),
      ]
      for (const [node, by] of attempts) {
        if (!left()) break
        const weights = best.weights.map((weight, i) => (i === node ? clamp(weight + by) : weight))
        if (weights[node] === best.weights[node]) continue
        const tried = judge(weights)
        if (better(tried, best)) {
          best = tried
          improved = true
        }
      }
    }
  }
  for (let node = 0; node < start.length && left(); node++) {
    for (let improved = true; improved && left() && best.weights[node] !== start[node]; ) {
      const tried = judge(best.weights.map((weight, i) => (i === node ? weight + Math.sign(start[node]! - weight) : weight)))
      improved = better(tried, best)
      if (improved) best = tried
    }
  }
  return imbalanceOf(best.loads) < imbalanceOf(demand.seen) ? best : judge(start)
}
