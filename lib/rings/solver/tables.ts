import { gcd } from '../table.ts'
import type { Clock } from './anneal.ts'
import type { Outcome } from './outcome.ts'

/** A table that is filled by turns: haproxy's map-based one, Envoy's Maglev. Each try places it whole. */
export type Filled = {
  weights: readonly number[]
  /** Nodes whose weight may change. */
  movable: readonly boolean[]
  min: number
  max: number
  /** Maglev looks at the weights' ratios alone, so that they may be written finer without moving a key. */
  ratios: boolean
  judge(weights: readonly number[]): Outcome
}

const ROUNDS = 6
/** Weights as fine as this let a table come within half a percent of any share. */
const FINE = 200
/** What is given up is dealt out in so many units at most: one by one, weights of 2^31 would take hours. */
const UNITS_MAX = 10_000

/**
 * Weights that bring every load to `allowed` or below. Nearly every change of a filled table moves more than the shares say, and nobody can
 * say which moves least but by filling it: so the heavy are lowered with the rest as it is, or with the light raised for it, coarse and fine,
 * and what moved least is taken.
 */
export function evenFilled(table: Filled, allowed: number, clock: Clock): { weights: number[]; outcome: Outcome } {
  const excess = ({ loads }: Outcome) => loads.reduce((sum, load) => sum + Math.max(0, load - allowed), 0)
  const start = { weights: [...table.weights], outcome: table.judge(table.weights) }
  let best = start
  for (const scale of scalesOf(table))
    for (const fill of ['all', 'lightest'] as const) {
      let current = { weights: start.weights.map((weight, i) => (table.movable[i] ? weight * scale : weight)), outcome: start.outcome }
      for (let round = 0; round < ROUNDS && clock.spent() < 1; round++) {
        const weights = corrected(table, current, allowed, fill, scale)
        if (weights.every((weight, i) => weight === current.weights[i])) break
        current = { weights, outcome: table.judge(weights) }
        const [over, least] = [excess(current.outcome), excess(best.outcome)]
        if (over < least - 1e-9 || (over < 1e-9 && current.outcome.moved < best.outcome.moved)) best = current
        if (over < 1e-9) break
      }
    }
  const weights = shortened(table, best.weights)
  // The same ratio may round otherwise in a program's own arithmetic.
  return weights.every((weight, i) => weight === best.weights[i]) ? best : { weights, outcome: table.judge(weights) }
}

function scalesOf({ weights, movable, max, ratios }: Filled): number[] {
  const live = weights.filter((_, i) => movable[i])
  const most = Math.floor(max / Math.max(...live, 1))
  const mean = live.reduce((sum, weight) => sum + weight, 0) / live.length
  const fine = Math.max(1, Math.min(most, Math.ceil(FINE / mean)))
  return ratios ? [...new Set([fine, 1])] : [1]
}

/** Each heavy node's weight times what it may carry over what it carries; what they give up goes nowhere, or to the lightest by weight. */
function corrected(
  { movable, min, max, ratios }: Filled,
  { weights, outcome: { loads } }: { weights: number[]; outcome: Outcome },
  allowed: number,
  fill: 'all' | 'lightest',
  scale: number,
): number[] {
  const clamp = (weight: number) => Math.max(min * (ratios ? 1 : scale), Math.min(max, weight))
  // Rounded down, and a little further: the rest of the table shares in what is given up.
  const next = weights.map((weight, i) =>
    movable[i] && loads[i]! > allowed ? clamp(Math.floor((weight * allowed * 0.999) / loads[i]!)) : weight,
  )
  let free = weights.reduce((sum, weight, i) => sum + weight - next[i]!, 0)
  if (fill === 'all' && ratios) return next
  const perWeight = weights.map((weight, i) => loads[i]! / weight)
  const order = [...weights.keys()].filter((i) => movable[i] && loads[i]! <= allowed)
  const carried = (i: number) => perWeight[i]! * next[i]!
  // One unit at a time to whoever carries least, where fits; of weights in millions a unit is larger.
  const unit = Math.ceil(free / UNITS_MAX)
  while (free > 0 && order.length > 0) {
    let least = order[0]!
    for (const i of order) if (carried(i) < carried(least)) least = i
    const given = Math.min(unit, free)
    if (next[least]! + given > max) break
    next[least]! += given
    free -= given
  }
  return next
}

/** Ratios as the smallest whole numbers. */
function shortened({ movable, min, ratios }: Filled, weights: number[]): number[] {
  if (!ratios) return weights
  const common = weights.filter((_, i) => movable[i]).reduce(gcd, 0)
  return weights.map((weight, i) => (movable[i] && common > 1 && weight / common >= min ? weight / common : weight))
}
