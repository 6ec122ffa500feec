import { expect, it } from 'vitest'
import type { Guard, Prediction } from '../model/proposal.ts'
import type { Measurement } from '../model/window.ts'
import { type BreachedSince, breachedSinceOf, breachOf, guardStates, limitNow } from './guards.ts'

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
const seen = (value: number): Measurement => ({ is: 'measured', value, low: value, high: value, count: 10 })
const unseen: Measurement = { is: 'unjudged', because: 'gap' }

/** One reading a second; the second at which the guard bites, or null. */
function bites(readings: Measurement[], own: Guard = guard, foreseen: Prediction | null = null): number | null {
  let since: BreachedSince = new Map()
  for (const [second, reading] of readings.entries()) {
    const states = guardStates([own], foreseen, since, { measured: () => reading }, second * 1_000, 0)
    if (breachOf(states)) return second
    since = breachedSinceOf(states)
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

it('says of each guard what holds now: calm under the limit in force, loosened by the dip, since when it is passed', () => {
  const at = (ms: number, value: number, before: BreachedSince = new Map()) =>
    guardStates([guard], prediction, before, { measured: () => seen(value) }, ms, 0)[0]
  expect(at(1_000, 0.6)).toMatchObject({ limit: expect.closeTo(0.57), loosened: true, breachedSince: null, breached: false })
  expect(at(1_000, 0.5)).toMatchObject({ loosened: true, breachedSince: 1_000, breached: false })
  expect(at(31_000, 0.6, new Map([[0, 28_000]]))).toMatchObject({ limit: 0.8, loosened: false, breachedSince: 28_000, breached: false })
  expect(at(33_000, 0.6, new Map([[0, 28_000]]))).toMatchObject({ breached: true })
  expect(guardStates([guard], prediction, new Map([[0, 1]]), { measured: () => unseen }, 9_000, 0)[0]).toMatchObject({
    breachedSince: null,
    breached: false,
  })
})

it('does not bite on what siblings share, and says so; what is the change’s own still bites', () => {
  const errors: Guard = { ...guard, metric: 'pool_error_ratio', op: '>', limit: 0.2 }
  const state = (value: number, own: number | null) =>
    guardStates(
      [errors],
      null,
      new Map([[0, 1_000]]),
      {
        measured: () => seen(value),
        shared: () => (own === null ? null : { value: own, text: 'siblings rose by 25.0 points too (2 pools)' }),
      },
      20_000,
      0,
    )[0]!
  expect(state(0.3, 0.05)).toMatchObject({ breached: false, breachedSince: null, shared: expect.stringMatching(/^siblings rose/) })
  expect(state(0.6, 0.35)).toMatchObject({ breached: true, shared: null })
  expect(state(0.3, null)).toMatchObject({ breached: true, shared: null })
  expect(state(0.1, 0)).toMatchObject({ breached: false, shared: null })
})
