import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

test('a page alone with a quick server waits 300 to 600 ms after an event, and asks as often as it was told to', () => {
  const [soonest, latest] = [createPace(() => 0), createPace(() => 1)]
  expect([soonest.delay(), latest.delay()]).toEqual([300, 600])
  expect(createPace(() => 0.5).every(3_000)).toBe(3_000)
  expect([soonest.every(3_000), latest.every(3_000)]).toEqual([2_400, expect.closeTo(3_600)])
})

test('the longer answers take, the longer the time over which pages spread, up to 15 s; a quick server has them back', () => {
  const pace = createPace(() => 1)
  for (let i = 0; i < 50; i++) pace.answered(1_000)
  expect(pace.delay()).toBeCloseTo(5_300, -1)
  for (let i = 0; i < 50; i++) pace.answered(60_000)
  expect(pace.delay()).toBe(15_300)
  for (let i = 0; i < 100; i++) pace.answered(10)
  expect(pace.delay()).toBe(600)
})

test('a thousand pages are spread over as long as the server asks for, and ask less often', () => {
  const pace = createPace(() => 0.5)
  pace.asked(5_000)
  expect(pace.delay()).toBe(2_800)
  expect(pace.every(3_000)).toBe(12_000)
  expect(pace.every(10_000)).toBe(10_000)
  pace.asked(undefined)
  expect(pace.every(3_000)).toBe(3_000)
})

test('tries again wait by chance, longer each time, half a minute at most', () => {
  const pace = createPace(() => 1)
  expect([0, 1, 2, 3, 20].map(pace.retry)).toEqual([1_000, 2_000, 4_000, 8_000, 30_000])
  expect(createPace(() => 0).retry(5)).toBe(0)
})
