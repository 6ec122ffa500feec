import { expect, it } from 'vitest'
import { sameData } from './sameData.ts'

it('tells plain data apart by what it holds, in whatever order names stand', () => {
  const made = () => ({ a: 1, list: [{ b: 'x' }, null], none: undefined })
  expect(sameData(made(), made())).toBe(true)
  expect(sameData({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
  expect(sameData(Number.NaN, Number.NaN)).toBe(true)
})

it.each<[string, unknown, unknown]>([
  ['another value', { a: [1, 2] }, { a: [1, 3] }],
  ['a longer list', [1], [1, 2]],
  ['a name more', { a: 1 }, { a: 1, b: 2 }],
  ['a name less', { a: 1, b: 2 }, { a: 1 }],
  ['undefined and absent', { a: undefined }, { b: undefined }],
  ['a list and an object', [], {}],
  ['null and an object', null, {}],
  ['a map, of which it knows nothing', new Map([[1, 2]]), { a: 1 }],
])('%s is not the same', (_, one, other) => {
  expect(sameData(one, other)).toBe(false)
  expect(sameData(other, one)).toBe(false)
})
