import { expect, it } from 'vitest'
import { borne, capacityWords } from './bears.ts'

const line = { base: 0.02, noise: 0.001, slices: 40, least: 10, most: 130, knee: { value: 100, low: 90, high: 115, slope: 0.001 } }
const day = { mean: 50, peak: 60, peakAt: 0, from: 0, to: 1 }

it('judges a load by the knee with its interval, and leaves it unjudged within', () => {
  expect([80, 100, 140].map((then) => borne({ line, day }, then))).toEqual([true, null, false])
  expect(capacityWords({ line }, 140)).toMatch(/^Its answers get slower from 100\/s \(90\S* to 115\/s\) on: it would be overloaded\.$/)
  expect(capacityWords({ line }, 100)).toMatch(/unjudged\.$/)
})

it('does not judge a load beyond what was seen where no knee was reached', () => {
  const flat = { ...line, knee: null }
  expect([120, 140].map((then) => borne({ line: flat, day }, then))).toEqual([true, null])
  expect(borne({ line: null, day }, 70)).toBeNull()
  expect(capacityWords({ line: flat }, 140)).toMatch(/the knee was not reached, and its capacity is unjudged/)
  expect(capacityWords({ line: null }, 140)).toMatch(/unjudged/)
})
