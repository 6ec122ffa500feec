import { expect, it, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { bandFactor, bandScore, factorOf, learned, UNCALIBRATED } from './conformal.ts'

test.each([
  [10, 0],
  [12, 0.5],
  [14, 1],
  [18, 2],
  [9, 0.5],
  [8, 1],
  [4, 3],
])('an outcome of %f has the score %f', (measured, score) => {
  expect(bandScore({ after: 10, low: 8, high: 14 }, measured)).toBe(score)
})

it('a band without a width holds its own value alone', () => {
  expect(bandScore({ after: 1, low: 1, high: 1 }, 1)).toBe(0)
  expect(bandScore({ after: 1, low: 1, high: 1 }, 1.1)).toBe(100)
})

it('few outcomes, and good ones, change nothing', () => {
  expect(bandFactor([9, 9, 9, 9, 9, 9, 9, 9])).toBe(1)
  expect(bandFactor(Array.from({ length: 50 }, (_, i) => i / 50))).toBe(1)
})

it('widens bands to where nine of ten outcomes were', () => {
  const scores = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) / 25)
  expect(bandFactor(scores)).toBeGreaterThan(3.4)
  expect(bandFactor(scores)).toBeLessThanOrEqual(3.96)
})

/** Share of the outcomes that lay inside of the band as it was when it was made; the first thirty are not counted. */
function coverage(seed: number, changes: number, scoreOf: (random: () => number, index: number) => number): number {
  const random = randomOf(seed)
  let calibration = UNCALIBRATED
  let inside = 0
  for (let index = 0; index < changes; index++) {
    const score = scoreOf(random, index)
    if (index >= 30 && score <= factorOf(calibration)) inside++
    calibration = learned(calibration, score)
  }
  return inside / (changes - 30)
}
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

test.each([
  ['bands that are half as wide as they should be', (random: () => number) => Math.abs(normal(random)) / 0.8],
  ['heavy tails', (random: () => number) => Math.abs(normal(random) / normal(random))],
  ['a fleet that becomes harder to predict', (random: () => number, index: number) => Math.abs(normal(random)) * (0.4 + index / 300)],
  ['good bands', (random: () => number) => Math.abs(normal(random)) / 1.96],
])('%s: of 10,000 simulated changes nine in ten lie inside', (_name, scoreOf) => {
  const all = Array.from({ length: 10 }, (_, seed) => coverage(seed + 1, 1_030, scoreOf))
  expect(all.reduce((sum, one) => sum + one, 0) / all.length).toBeGreaterThan(0.89)
  expect(Math.min(...all)).toBeGreaterThan(0.86)
})
