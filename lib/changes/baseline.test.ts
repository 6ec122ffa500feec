import { expect, it } from 'vitest'
import { poisson, Tape } from '../../test/normal.ts'
import { normal, randomOf } from '../../test/random.ts'
import { FROM } from '../../test/series.ts'
import { steadyMeasure } from './baseline.ts'

const where = { target: 'edge', pool: 'a' }
const of = { metric: 'pool_response_seconds', where }

/** Response times whose seconds resemble each other: `keep` of a deviation stays to the next. */
function wandering(seconds: number, keep: number, seed: number) {
  const random = randomOf(seed)
  const tape = new Tape()
  let away = 0
  let requests = 0
  for (let second = 0; second <= seconds; second++) {
    away = keep * away + Math.sqrt(1 - keep ** 2) * 0.12 * normal(random)
    requests += poisson(50, random)
    tape.put(FROM + second * 1_000, 'pool_response_seconds', where, 0.05 * Math.exp(away))
    tape.put(FROM + second * 1_000, 'pool_requests_total', where, requests)
  }
  return tape.window(seconds)
}

const half = (seconds: number, keep: number, seed: number) => {
  const window = wandering(seconds, keep, seed)
  const seen = steadyMeasure(of, window, window.to - 60_000)!
  return { value: seen.value, half: seen.high - seen.value }
}

it('holds the mean of a wandering minute nineteen times of twenty by what ten minutes say, and not by the minute alone', () => {
  const holds = (seconds: number) =>
    Array.from({ length: 100 }, (_, seed) => half(seconds, 0.95, seed + 1)).filter(({ value, half }) => Math.abs(value - 0.05) < half)
      .length
  expect(holds(600)).toBeGreaterThanOrEqual(90)
  expect(holds(60)).toBeLessThan(90)
})

it('makes of independent seconds no wider ones', () => {
  const wide = (seconds: number) => Array.from({ length: 20 }, (_, seed) => half(seconds, 0, seed + 1).half).reduce((a, b) => a + b)
  expect(wide(600)).toBeLessThan(1.2 * wide(60))
})

it('takes a history that is hardly longer than the minute for nothing more', () => {
  const window = wandering(100, 0.95, 3)
  const alone = window.between(window.to - 60_000, window.to)
  expect(steadyMeasure(of, window, window.to - 60_000)).toEqual(steadyMeasure(of, alone, alone.from))
})

it('says nothing where nothing was measured', () => {
  expect(steadyMeasure(of, new Tape().window(600), FROM)).toBeNull()
})
