import { EPSILON, moveTo } from './anneal.ts'
import type { CircleState } from './circleState.ts'

/** Weights are tried up to so many times the counts. */
const SCALE_MAX = 16

/**
 * The smallest weights that a program which shares points out over all of them turns into exactly these counts. Where the bounds allow none,
 * the weights within them whose counts do best.
 * @param start weights now; nodes without points keep theirs
 */
export function weightsFor(
  state: CircleState,
  start: readonly number[],
  countsOf: (weights: readonly number[]) => number[],
  bounds: { min: number; max: number },
): number[] {
  const wanted = state.counts.slice()
  const live = countsOf(start).map((count, i) => count > 0 || wanted[i]! > 0)
  const first = live.indexOf(true)
  const within = (weight: number, i: number) =>
    !live[i] || (weight >= Math.min(bounds.min, start[i]!) && weight <= Math.max(bounds.max, start[i]!))
  const fill = (weight: (count: number, i: number) => number) => start.map((old, i) => (live[i] ? Math.max(1, weight(wanted[i]!, i)) : old))
  for (let scale = 1; scale <= SCALE_MAX; scale++)
    for (let part = 0; part < scale; part++)
      for (const weights of [
        fill((count) => scale * count + part),
        // Envoy's running sums round up: a little less for the first keeps every sum clear of the next whole number.
        fill((count, i) => scale * count - (i === first ? part : 0)),
      ]) {
        if (!weights.every(within)) continue
        const counts = countsOf(weights)
        if (wanted.every((count, i) => count === counts[i])) return weights
      }
  let best = { weights: [...start], excess: Number.POSITIVE_INFINITY, moved: 0 }
  const top = wanted.reduce((most, count) => Math.max(most, count), 1)
  const highest = Math.min(bounds.max, top * SCALE_MAX)
  for (let most = highest; most >= Math.max(1, highest / 4, highest - 64); most--) {
    const weights = fill((count, i) => Math.max(Math.min(bounds.min, start[i]!), Math.round((count * most) / top)))
    const counts = countsOf(weights)
    // Beyond what was placed for the search nothing is known of them.
    if (!fitsIn(state, counts)) continue
    moveTo(state, counts)
    const { excess, moved } = state
    if (excess < best.excess - EPSILON || (excess < best.excess + EPSILON && moved < best.moved)) best = { weights, excess, moved }
  }
  return best.weights
}

const fitsIn = ({ most }: CircleState, counts: readonly number[]): boolean => counts.every((count, i) => count <= most[i]!)
