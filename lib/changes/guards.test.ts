import { expect, it } from 'vitest'
import type { Guard, Prediction } from '../model/proposal.ts'
import type { Measured1 } from '../model/window.ts'
import { type BreachedSince, limitNow, watchGuards } from './guards.ts'

const guard: Guard = { metric: 'cache_hit_ratio', where: { target: 'a' }, unit: 'ratio', op: '<', limit: 0.8, forMs: 5_000, why: 'x' }
const prediction: Prediction = {
  metric: 'ring_imbalance',
  where: { ring: 'r' },
  unit: 'factor',
  before: 1.3,
  after: 1,
  low: 1,
  high: 1.1,
  basis: '',
  dip: { metric: 'cache_hit_ratio', where: {}, to: 0.6, forMs: 30_000 },
}
const seen = (value: number): Measured1 => ({ is: 'measured', value, low: value, high: value, count: 10 })
const unseen: Measured1 = { is: 'unjudged', because: 'gap' }

/** One reading a second; the second at which the guard bites, or null. */
function bites(readings: Measured1[], own: Guard = guard, foreseen: Prediction | null = null): number | null {
  let since: BreachedSince = new Map()
  for (const [second, reading] of readings.entries()) {
    const watched = watchGuards([own], foreseen, since, () => reading, second * 1_000, 0)
    if (watched.breach) return second
    since = watched.since
  }
  return null
}

it('bites when its limit was passed without a break for its time', () => {
  expect(bites(Array(10).fill(seen(0.5)))).toBe(5)
  expect(bites([seen(0.5), seen(0.5), seen(0.9), ...Array(5).fill(seen(0.5))])).toBeNull()
  expect(bites(Array(10).fill(seen(0.8)))).toBeNull()
  expect(bites(Array(10).fill(seen(0.9)), { ...guard, op: '>' })).toBe(5)
})

it('never bites on what is not seen', () => {
  expect(bites(Array(60).fill(unseen))).toBeNull()
  expect(bites([...Array(4).fill(seen(0.5)), unseen, ...Array(4).fill(seen(0.5))])).toBeNull()
})

it('knows the dip that the prediction itself expects, for as long as it expects it', () => {
  const dipped = Array(60).fill(seen(0.6))
  expect(bites(dipped, guard, prediction)).toBe(36)
  expect(bites(Array(60).fill(seen(0.5)), guard, prediction)).toBe(5)
  expect(limitNow(guard, prediction, 1_000)).toBeCloseTo(0.57)
  expect(limitNow({ ...guard, metric: 'other' }, prediction, 1_000)).toBe(0.8)
  expect(limitNow({ ...guard, op: '>', limit: 0.3 }, prediction, 1_000)).toBeCloseTo(0.63)
})
