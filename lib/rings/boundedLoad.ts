import type { RingSpec } from '../model/ring.ts'
import { liveNodes, sum, weightOf } from './algorithm.ts'
import type { Wide } from './hashes/wide.ts'
import { mt19937 } from './mt19937.ts'

/** A host of a ring with bounded load: its part of the weights, and how many requests are under way at it. */
export type BoundedHost = { weight: number; active: number }

/**
 * How many requests may be under way at a host of that part of the weights before its keys go on to others, as Envoy computes it
 * (`hostOverloadFactor` of thread_aware_lb_impl.cc): whole numbers, the new request counted.
 */
export const slotsOf = (weight: number, active: number, factor: number): number =>
  Math.max(1, Math.ceil(Math.floor(((active + 1) * factor + 99) / 100) * weight))

/**
 * The order in which hosts are tried when a key's own one is at its bound: a shuffle that the hash of the key seeds, so that the same key has the
 * same order each time (the random jumps of arXiv:1908.08762, which spread what one host cannot take over all others).
 */
export function spillOrder(hash: Wide, hosts: number): number[] {
  const random = mt19937(hash.lo >>> 0)
  const order = Array.from({ length: hosts }, (_, i) => i)
  for (let i = 0; i < hosts; i++) {
    const left = hosts - i
    const part = Math.floor(2 ** 32 / left)
    let jump = left
    while (jump >= left) jump = Math.floor(random() / part)
    const [one, other] = [order[i]!, order[i + jump]!]
    order[i] = other
    order[i + jump] = one
  }
  return order
}

/** The host that takes a request: its own while that is within its bound, else the first of the order that is; where none is, the least overloaded. */
export function boundedHost(home: number, order: readonly number[], hosts: readonly BoundedHost[], factor: number): number {
  const all = sum(hosts.map(({ active }) => active))
  const loadOf = (index: number) => hosts[index]!.active / slotsOf(hosts[index]!.weight, all, factor)
  let [least, load] = [home, loadOf(home)]
  if (load <= 1) return home
  for (const index of order) {
    if (index === home) continue
    const other = loadOf(index)
    if (other <= 1) return index
    if (other < load) [least, load] = [index, other]
  }
  return least
}

/** Shares with a bound: of the keys, at the bound, and what is shared out once those beyond it have handed on. By position in the spec. */
export type BoundedShares = { most: Float64Array; shares: Float64Array; spilled: number }

/**
 * What each node gets where keys are asked alike and so many requests are under way that whole numbers do not show: a node keeps its keys up to
 * its bound, and the rest goes in equal parts to those that have capacity, because the orders of the keys are drawn alike. `owned`: by position.
 */
export function boundedShares(spec: RingSpec, owned: Float64Array, factor: number): BoundedShares {
  const live = liveNodes(spec)
  const total = sum(live.map(({ node }) => weightOf(node)))
  const most = new Float64Array(spec.nodes.length)
  for (const { node, index } of live) most[index] = (factor / 100) * (weightOf(node) / total)
  const shares = most.map((bound, index) => Math.min(bound, owned[index]!))
  const spilled = sum(live.map(({ index }) => owned[index]! - shares[index]!))
  const space = live.map(({ index }) => ({ index, space: most[index]! - shares[index]! })).sort((a, b) => a.space - b.space)
  let left = spilled
  for (const [at, one] of space.entries()) {
    const given = Math.min(one.space, left / (space.length - at))
    shares[one.index]! += given
    left -= given
  }
  return { most, shares, spilled }
}
