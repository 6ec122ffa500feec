import { expect, it } from 'vitest'
import { dayOf } from './day.ts'

const MINUTES = 300_000
const hour = (values: (number | null)[]) => values.map((value, i): [number, number | null] => [i * MINUTES, value])
const steady = (value: number, n = 12) => hour(Array.from({ length: n }, () => value))

it('adds rates bucket by bucket, and finds the busiest', () => {
  const peaky = steady(10, 13)
  peaky[7]![1] = 40
  expect(dayOf([peaky, steady(5, 13)], MINUTES)).toEqual({
    mean: (12 * 15 + 45) / 13,
    peak: 45,
    peakAt: 7 * MINUTES,
    from: 0,
    to: 13 * MINUTES,
  })
})

it('leaves out a bucket in which one of them was not seen', () => {
  const gap = steady(5, 13)
  gap[0]![1] = null
  expect(dayOf([steady(10, 13), gap], MINUTES)).toMatchObject({ mean: 15, from: MINUTES })
})

it('says nothing of less than an hour', () => {
  expect(dayOf([steady(10, 11)], MINUTES)).toBeNull()
  expect(dayOf([], MINUTES)).toBeNull()
})
