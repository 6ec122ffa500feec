import { expect, test } from 'vitest'
import { holds } from './search.ts'

test('one of the texts holds what is looked for, in whatever case; without any every thing is wanted', () => {
  const wanted = holds('Shop')
  expect(wanted(['edge', 'SHOP-1'])).toBe(true)
  expect(wanted(['edge', undefined])).toBe(false)
  expect(wanted([])).toBe(false)
  expect(holds('')([])).toBe(true)
  expect(holds()(['x'])).toBe(true)
})

test('it is no pattern, and does not run over the end of a text into the next', () => {
  expect(holds('a.c')(['abc'])).toBe(false)
  expect(holds('ab')(['a', 'b'])).toBe(false)
})
