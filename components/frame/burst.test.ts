import { expect, test } from 'vitest'
import { createBurst } from './useEvents.ts'

test('ten toasts in three seconds are told one by one; the others are counted, to be told as one', () => {
  const burst = createBurst()
  expect(Array.from({ length: 250 }, () => burst.admit(0)).filter(Boolean)).toHaveLength(10)
  expect(burst.takeRest()).toBe(240)
  expect(burst.takeRest()).toBe(0)
  expect(burst.admit(2_999)).toBe(false)
  expect(Array.from({ length: 11 }, () => burst.admit(3_000)).lastIndexOf(true)).toBe(9)
  expect(burst.takeRest()).toBe(2)
})
