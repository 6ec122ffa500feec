import { expect, it } from 'vitest'
import { interned } from './interned.ts'

it('a text stays what it is, however many come', () => {
  for (let round = 0; round < 2; round++) for (let i = 0; i < 5_000; i++) expect(interned(`product:${i}:*`)).toBe(`product:${i}:*`)
  expect(interned('')).toBe('')
  expect(interned('x'.repeat(500))).toBe('x'.repeat(500))
})
