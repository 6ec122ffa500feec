import { expect, test } from 'vitest'
import { fastest } from '../../../test/cpuTime.ts'
import { randomOf } from '../../../test/random.ts'
import { PLAN_MOST, planMoves, type SlotLoad } from './plan.ts'

const slot = (of: number, load: number, keys = 100, bytes = 0): SlotLoad => ({ slot: of, load, keys, bytes })
const roomy = (load: number) => ({ load, room: Number.POSITIVE_INFINITY })
const total = (slots: readonly SlotLoad[]) => slots.reduce((sum, { load }) => sum + load, 0)
const plan = (slots: SlotLoad[], ...others: number[]) => planMoves({ load: total(slots), slots }, others.map(roomy))

test('a master that serves more slots gives some away, next to each other', () => {
  const slots = Array.from({ length: 90 }, (_, i) => slot(i, 0.01))
  const { moves, left, loads, keys } = plan(slots, 0.3, 0.3)
  // 0.9 to 1.05 times the mean of 0.5.
  expect(moves.map((one) => one.slot)).toEqual(Array.from({ length: 38 }, (_, i) => i))
  expect(keys).toBe(3_800)
  expect(left).toBeCloseTo(0.52, 9)
  expect(Math.max(...loads)).toBeLessThanOrEqual(0.525)
})
test('slots with much load and few keys go first', () => {
  const slots = [slot(1, 0.2, 10), slot(2, 0.2, 10_000), ...Array.from({ length: 40 }, (_, i) => slot(10 + i, 0.01))]
  expect(plan(slots, 0.4).moves.map((one) => one.slot)).toEqual([1])
})
test('the last one is the smallest that is enough', () =>
  expect(plan([slot(1, 0.3, 1), slot(3, 0.25, 900), slot(4, 0.24, 899), slot(5, 0.6, 100_000)], 0.3).moves).toMatchObject([
    { slot: 1 },
    { slot: 4 },
  ]))
test('a slot that is the load by itself stays: elsewhere it would be as hot', () => {
  const { moves, left } = plan([slot(7, 0.9), slot(8, 0.05)], 0.1, 0.1)
  expect(moves.map((one) => one.slot)).toEqual([8])
  expect(left).toBeCloseTo(0.9, 9)
})
test('no more goes to a master than it can hold, nor in one plan than can be moved back', () => {
  const slots = Array.from({ length: 90 }, (_, i) => slot(i, 0.01, 100, 1_000))
  expect(planMoves({ load: 0.9, slots }, [{ load: 0.3, room: 5_500 }, roomy(0.5)]).moves.filter(({ to }) => to === 0)).toHaveLength(5)
  const large = Array.from({ length: 90 }, (_, i) => slot(i, 0.01, 40_000))
  expect(plan(large, 0.1).keys).toBeLessThanOrEqual(PLAN_MOST.keys)
  expect(plan([slot(1, 0.9, PLAN_MOST.keysOfSlot + 1)], 0.1).moves).toEqual([])
  expect(
    plan(
      Array.from({ length: 9_000 }, (_, i) => slot(i, 0.0001, 1)),
      0,
    ).moves.length,
  ).toBeLessThanOrEqual(PLAN_MOST.slots)
})
test('of a few slots, no other choice moves fewer keys by more than two slots', () => {
  const random = randomOf(7)
  for (let round = 0; round < 300; round++) {
    const slots = Array.from({ length: 9 }, (_, i) => slot(i, 0.02 + 0.1 * random() ** 3, 1 + Math.floor(1_000 * random())))
    const load = total(slots)
    const other = load * 0.3
    const level = 1.05 * ((load + other) / 2)
    const found = plan(slots, other)
    let best = Number.POSITIVE_INFINITY
    for (let mask = 0; mask < 512; mask++) {
      const chosen = slots.filter((_, i) => mask & (1 << i))
      const moved = total(chosen)
      if (load - moved <= level && other + moved <= level)
        best = Math.min(
          best,
          chosen.reduce((sum, { keys }) => sum + keys, 0),
        )
    }
    expect(Math.max(...found.loads)).toBeLessThanOrEqual(level + 1e-9)
    expect(found.load).toBeCloseTo(total(found.moves), 9)
    if (found.left <= level) expect(found.keys).toBeLessThanOrEqual(best + 2 * Math.max(...slots.map(({ keys }) => keys)))
    else if (Number.isFinite(best)) expect(found.left).toBeLessThan(level * 1.2)
  }
})
test('of 16,384 slots a plan takes no more than a moment', () => {
  const random = randomOf(3)
  const slots = Array.from({ length: 12_000 }, (_, i) => slot(i, random() / 10_000, Math.floor(100 * random())))
  expect(fastest(() => expect(plan(slots, 0.1, 0.1).moves.length).toBeGreaterThan(100))).toBeLessThan(200)
})
