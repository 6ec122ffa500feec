import { expect, test } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { columnsOfPoints, type Point } from '../model/series.ts'
import { driftOf as driftOfColumns, secondsTo } from './forecast.ts'

const driftOf = (points: readonly Point[], ...more: [toMs: number, blockMs: number, blocks: number, blocksMin: number]) =>
  driftOfColumns(columnsOfPoints(points), ...more)

const line = (seconds: number, value: (t: number) => number): Point[] =>
  Array.from({ length: seconds + 1 }, (_, t): Point => [t * 1000, value(t)])

test('a straight line is forecast to the second, and its interval is as narrow', () => {
  const drift = driftOf(
    line(120, (t) => 100 + 2 * t),
    120_000,
    10_000,
    12,
    8,
  )!
  expect(drift.perSecond.value).toBeCloseTo(2, 5)
  expect(drift.goesOn).toBe(true)
  expect(secondsTo(1_000, drift)!.value).toBeCloseTo(330, 0)
})
test('what does not grow is never full; what may not grow has no later end', () => {
  expect(
    secondsTo(
      1_000,
      driftOf(
        line(120, (t) => 500 - t),
        120_000,
        10_000,
        12,
        8,
      )!,
    ),
  ).toBeNull()
  const random = randomOf(3)
  let value = 500
  const walk = line(120, () => {
    value += 0.05 + normal(random)
    return value
  })
  const drift = driftOf(walk, 120_000, 10_000, 12, 8)!
  expect(drift.perSecond.low).toBeLessThan(0)
  const time = secondsTo(1_000, { ...drift, perSecond: { value: 1, low: -1, high: 3 } })!
  expect(time.high).toBe(Number.POSITIVE_INFINITY)
  expect(time.low).toBeLessThan(time.value)
})
test('too little history, and growth that is over', () => {
  expect(
    driftOf(
      line(60, (t) => t),
      60_000,
      10_000,
      12,
      8,
    ),
  ).toBeNull()
  expect(driftOf([], 60_000, 10_000, 12, 8)).toBeNull()
  expect(
    driftOf(
      line(120, (t) => Math.min(t, 60)),
      120_000,
      10_000,
      12,
      8,
    )!.goesOn,
  ).toBe(false)
})
test('the 95 % interval holds the drift of walks with alike steps in at least 90 of 100', () => {
  let held = 0
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomOf(seed)
    let [value, step] = [0, 0]
    const walk = line(900, () => {
      step = 0.5 * step + normal(random)
      value += 1 + step
      return value
    })
    const { perSecond } = driftOf(walk, 900_000, 60_000, 15, 8)!
    if (perSecond.low <= 1 && perSecond.high >= 1) held++
  }
  expect(held).toBeGreaterThanOrEqual(180)
})
