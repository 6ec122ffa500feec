import { expect, test } from 'vitest'
import { sortRows } from './sort.ts'

test('unknown values go last whichever way', () => {
  const rows = [{ v: null }, { v: 2 }, { v: 1 }]
  expect(sortRows(rows, (r) => r.v, false)).toEqual([{ v: 1 }, { v: 2 }, { v: null }])
  expect(sortRows(rows, (r) => r.v, true)).toEqual([{ v: 2 }, { v: 1 }, { v: null }])
})

test('names with numbers, and equals keep their order', () => {
  expect(sortRows(['app10', 'app2', 'app1'], (r) => r, false)).toEqual(['app1', 'app2', 'app10'])
  expect(
    sortRows(
      [
        { n: 1, v: 1 },
        { n: 2, v: 1 },
      ],
      (r) => r.v,
      true,
    ).map((r) => r.n),
  ).toEqual([1, 2])
})
