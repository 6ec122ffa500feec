import { expect, it } from 'vitest'
import { Breaker } from './breaker.ts'

it('opens when the server answers more slowly with the sampling than without, five times in a row', () => {
  const breaker = new Breaker()
  for (let i = 0; i < 3; i++) {
    expect(breaker.ready).toBe(false)
    breaker.without(0.5)
  }
  expect(breaker.ready).toBe(true)
  const answers = [30, 30, 0.5, 30, 30, 30, 30].map((ms) => breaker.with(ms, 0))
  expect(answers).toEqual([null, null, null, null, null, null, null])
  expect(breaker.with(30, 0)).toBe('the server answers in 30 ms, without it in 0.5 ms')
})

it('takes a far server for no slow one', () => {
  const breaker = new Breaker()
  for (let i = 0; i < 3; i++) breaker.without(80)
  for (let i = 0; i < 10; i++) expect(breaker.with(90, 0)).toBeNull()
})

it('stays open twice as long each time, and shortly again after it was closed for long', () => {
  const breaker = new Breaker()
  breaker.rest('slow', 1_000)
  expect(breaker.resting(60_999)).toBe('it stopped and rests for 1 min: slow')
  expect(breaker.resting(61_000)).toBeNull()
  breaker.rest('slow', 61_000)
  expect(breaker.resting(180_999)).toMatch('1 min')
  expect(breaker.resting(181_000)).toBeNull()
  breaker.with(1, 181_000)
  breaker.rest('slow', 1_000_000)
  expect(breaker.resting(1_059_999)).not.toBeNull()
  expect(breaker.resting(1_060_000)).toBeNull()
})
