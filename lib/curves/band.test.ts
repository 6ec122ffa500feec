import { expect, test } from 'vitest'
import { traffic } from '../../test/traffic.ts'
import { bandOf } from './band.ts'
import { Course } from './course.ts'
import { curves } from './curves.ts'
import type { Simulated } from './simulate.ts'

const simulated = (more: Partial<Simulated>): Simulated => ({
  hitRatio: 0.5,
  low: 0.49,
  high: 0.52,
  samplingError: 0,
  unseen: 0,
  keysMost: 1,
  bytesMost: 1,
  parts: [],
  course: new Course(1),
  outcome: { refused: 0 } as Simulated['outcome'],
  ...more,
})

test('the band holds all runs and the error of the model, and each further doubt on its side', () => {
  expect(bandOf(simulated({}), 0.01, false)).toEqual({ low: 0.48, high: 0.53 })
  expect(bandOf(simulated({ outcome: { refused: 1 } as Simulated['outcome'] }), 0.01, false)!.low).toBeCloseTo(0.47, 10)
  expect(bandOf(simulated({ unseen: 0.02 }), 0.01, true)!.high).toBeCloseTo(0.55, 10)
  expect(bandOf(simulated({ samplingError: 0.01 }), 0.01, false)).toEqual({ low: 0.48 - 0.025, high: 0.53 + 0.025 })
})

test('it stays within the possible and within a useful width; a sample that is too small has none', () => {
  expect(bandOf(simulated({ hitRatio: 0, low: 0, high: 0 }), 0.01, false)!.low).toBe(0)
  const wide = bandOf(simulated({ low: 0.2, high: 0.9 }), 0.01, false)!
  expect(wide.high - wide.low).toBeCloseTo(0.15, 10)
  expect(bandOf(simulated({ samplingError: 0.04 }), 0.01, false)).toBeNull()
  expect(bandOf(simulated({ samplingError: 0.025 }), 0.01, true)).toBeNull()
})

test('how many keys fit is known no better than is said: the band widens on both sides, and the ratio stays', () => {
  const references = traffic({ seed: 5, requests: 40_000, perSecond: 500, keys: 4_000, driftPerSecond: 40 })
  const of = (slackKeys?: number) =>
    curves(references, { policy: 'allkeys-lru', sizes: { keys: [1_000] }, ...(slackKeys && { slackKeys }) }).curves!.points[0]!
  const [usual, wide] = [of(), of(100)]
  expect(wide.hitRatio).toBe(usual.hitRatio)
  expect(wide.low).toBeLessThan(usual.low - 0.005)
  expect(wide.high).toBeGreaterThan(usual.high + 0.005)
})
