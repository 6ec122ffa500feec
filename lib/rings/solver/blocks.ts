import type { RingSpec } from '../../model/ring.ts'
import { isUp } from '../algorithm.ts'
import { twemproxyNumber, twemproxyOrder } from '../algorithms/twemproxy.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32Of15Bits } from '../hashes/crc32.ts'
import type { Demand } from './demand.ts'

/**
 * A table in which every node holds one block of slots, in a fixed order, its weight wide: nginx's plain `hash` and twemproxy's `modula`.
 * While the sum of the weights stays, only the borders between the blocks move.
 */
export type Blocks = {
  /** Traffic of each slot. */
  mass: Float64Array
  /** Width of each block now, in the table's order, and the least and most allowed. */
  widths: readonly number[]
  min: readonly number[]
  max: readonly number[]
  /** Blocks whose load is no matter: their server is down. */
  free: readonly boolean[]
}

/** Borders times blocks that are looked at: beyond, borders are set on a grid. */
const CELLS_MAX = 6_000_000
const HALVINGS = 14

/**
 * Widths with the same sum whose blocks carry `allowed` at most while the least traffic changes its block. Exact: every way to set the borders
 * is covered. Where none can be that even, the most even one.
 */
export function evenBlocks(blocks: Blocks, allowed: number): number[] {
  const found = leastMoved(blocks, allowed)
  if (found) return found
  let low = allowed
  let high = blocks.mass.reduce((sum, mass) => sum + mass, 0)
  let best: number[] = [...blocks.widths]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    const widths = leastMoved(blocks, middle)
    if (widths) {
      best = widths
      high = middle
    } else low = middle
  }
  return best
}

/**
 * What a block keeps is how far its old place overlaps its new one, which is a difference of one function at both borders. So the best border
 * after each block is found from the best before it by a maximum over a sliding window.
 */
function leastMoved({ mass, widths, min, max, free }: Blocks, allowed: number): number[] | null {
  const borders = bordersOf(mass.length, widths)
  const count = borders.length
  const load = new Float64Array(count)
  const worth = new Float64Array(count)
  for (let at = 1, slot = 0; at < count; at++) {
    load[at] = load[at - 1]!
    for (; slot < borders[at]!; slot++) load[at]! += mass[slot]!
    // A slot without traffic stays too where nothing speaks against it.
    worth[at] = load[at]! + (1e-9 * borders[at]!) / mass.length
  }
  const place = new Map(borders.map((border, at) => [border, at]))
  let kept = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  kept[0] = 0
  const from = widths.map(() => new Int32Array(count))
  const queue = new Int32Array(count)
  const gain = new Float64Array(count)
  let start = 0
  for (const [block, width] of widths.entries()) {
    const [first, last] = [place.get(start)!, place.get(start + width)!]
    start += width
    const inside = (at: number) => worth[Math.min(Math.max(at, first), last)]!
    const limit = free[block] ? Number.POSITIVE_INFINITY : allowed + 1e-12
    const next = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
    let head = 0
    let tail = 0
    let entering = 0
    for (let at = 0; at < count; at++) {
      for (; entering < at && borders[at]! - borders[entering]! >= min[block]!; entering++) {
        gain[entering] = kept[entering]! - inside(entering)
        while (tail > head && gain[queue[tail - 1]!]! <= gain[entering]!) tail--
        queue[tail++] = entering
      }
      while (tail > head && (borders[at]! - borders[queue[head]!]! > max[block]! || load[at]! - load[queue[head]!]! > limit)) head++
      if (tail === head) continue
      next[at] = gain[queue[head]!]! + inside(at)
      from[block]![at] = queue[head]!
    }
    kept = next
  }
  if (!Number.isFinite(kept[count - 1]!)) return null
  const found = new Array<number>(widths.length)
  for (let block = widths.length - 1, at = count - 1; block >= 0; block--) {
    const before = from[block]![at]!
    found[block] = borders[at]! - borders[before]!
    at = before
  }
  return found
}

/** Where a border may be: anywhere, or on a grid and where one is now when the table is long. */
function bordersOf(slots: number, widths: readonly number[]): number[] {
  const step = Math.ceil((slots * widths.length) / CELLS_MAX)
  const borders = new Set<number>()
  for (let at = 0; at <= slots; at += step) borders.add(at)
  let border = 0
  for (const width of widths) {
    border += width
    borders.add(border)
  }
  return [...borders].sort((a, b) => a - b)
}

/** Weights of nginx's plain `hash` or twemproxy's `modula` with the sum of those now. */
export function evenBlocksOf(
  spec: RingSpec,
  weights: readonly number[],
  demand: Demand,
  allowed: number,
  bounds: { min: number; max: number },
): number[] {
  // nginx holds its servers in the file's order, down or not; twemproxy those that it has not ejected, by name.
  const nginx = spec.algorithm === 'nginx-hash'
  const order = nginx ? [...spec.nodes.keys()] : twemproxyOrder(spec).map(({ index }) => index)
  const widths = order.map((node) => weights[node]!)
  const free = order.map((node) => !isUp(spec.nodes[node]!))
  const hash = nginx ? (key: string) => crc32Of15Bits(bytesOf(key)) : twemproxyNumber(spec).hash
  const hashes = nginx || twemproxyNumber(spec).narrow ? 2 ** 15 : 2 ** 32
  const found = evenBlocks(
    {
      mass: slotMass(order, widths, demand, hash, hashes),
      widths,
      min: widths.map((width, i) => (free[i] ? width : Math.min(width, bounds.min))),
      max: widths.map((width, i) => (free[i] ? width : Math.max(width, bounds.max))),
      free,
    },
    allowed,
  )
  const values = [...weights]
  for (const [i, node] of order.entries()) values[node] = found[i]!
  return values
}

/** A known key's traffic is on its slot; the rest of a node's is on all of its slots, by how many hashes lead there. */
function slotMass(
  order: readonly number[],
  widths: readonly number[],
  demand: Demand,
  hash: (key: string) => number,
  hashes: number,
): Float64Array {
  const slots = widths.reduce((sum, width) => sum + width, 0)
  const mass = new Float64Array(slots)
  const hashesOf = (slot: number) => Math.floor(hashes / slots) + (slot < hashes % slots ? 1 : 0)
  let from = 0
  for (const [i, width] of widths.entries()) {
    let all = 0
    for (let slot = from; slot < from + width; slot++) all += hashesOf(slot)
    for (let slot = from; slot < from + width; slot++) mass[slot] = all > 0 ? (demand.spread[order[i]!]! * hashesOf(slot)) / all : 0
    from += width
  }
  for (const { key, weight } of demand.keys) mass[hash(key) % slots]! += weight
  return mass
}
