import { expect, test } from 'vitest'
import { pagesOf, rowsOf } from './rowPages.ts'

const page = (from: number, to: number, total: number, all?: number) => ({
  items: Array.from({ length: to - from }, (_, i) => from + i),
  next: null,
  total,
  ...(all !== undefined && { all }),
})

test('the rows in sight name their pages, the first where nothing is known', () => {
  expect(pagesOf([], null)).toEqual([0])
  expect(pagesOf([95, 96, 140, 205], null)).toEqual([0, 1, 2])
  expect(pagesOf([3, 1_950], 2_000)).toEqual([0, 19])
  // The list was longer when these were in sight.
  expect(pagesOf([1_950], 250)).toEqual([2])
  expect(pagesOf([1_950], 0)).toEqual([0])
})

test('pages fill a list as long as the newest answer says, with holes between them', () => {
  const { rows, total, of } = rowsOf([
    { page: 0, at: 2, answer: page(0, 100, 2_000, 2_500) },
    { page: 19, at: 1, answer: page(1_900, 2_010, 2_010) },
  ])
  expect([rows.length, total, of]).toEqual([2_000, 2_000, 2_500])
  expect([rows[0], rows[99], rows[100], rows[1_899], rows[1_900], rows[1_999]]).toEqual([0, 99, undefined, undefined, 1_900, 1_999])
})

test('an answer without a total is as long as it is, and nothing is nothing', () => {
  expect(rowsOf([{ page: 1, at: 1, answer: { items: ['a'], next: null } }]).total).toBe(101)
  expect(rowsOf([])).toEqual({ rows: [], total: 0, of: 0 })
})
