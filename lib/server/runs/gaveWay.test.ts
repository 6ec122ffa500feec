import { expect, test } from 'vitest'
import type { Value } from '../../metrics/history.ts'
import { type Course, leftTheirRange, valueAt } from './gaveWay.ts'

const FROM = 100_000
/** Points of 5 s each: some before the run, then those in it. */
const course = (
  worse: 'lower' | 'higher' | undefined,
  before: (number | null)[],
  during: (number | null)[],
  floor = 0,
  target = 'a',
): Course => ({
  kind: 'cache',
  where: { target },
  watched: { metric: 'cache_hit_ratio', floor, ...(worse && { worse }) },
  points: [...before, ...during].map((value, i): Value => [FROM + (i - before.length) * 5_000, value]),
})
const USUAL = [0.9, 0.92, 0.91, 0.9, 0.92, 0.91, 0.9, 0.92]
const left = (...courses: Course[]) => leftTheirRange(courses, FROM)

test('the moment is that of the first of three values outside, below half a range more', () => {
  expect(left(course('lower', USUAL, [0.9, 0.5, 0.9, 0.88, 0.87, 0.86, 0.4])).left).toMatchObject([
    { at: FROM + 15_000, value: 0.88, limit: expect.closeTo(0.89, 9), range: { low: 0.9, high: 0.92 } },
  ])
})

test('one value outside, one just outside, and the good direction are no leaving', () => {
  expect(left(course('lower', USUAL, [0.5, 0.9, 0.9, 0.5, 0.9, 0.9])).left).toEqual([])
  expect(left(course('lower', USUAL, [0.895, 0.895, 0.895, 0.895])).left).toEqual([])
  expect(left(course('higher', USUAL, [0.1, 0.1, 0.1, 0.1])).left).toEqual([])
})

test('what does not matter is no leaving: the floor holds where nothing ever moved', () => {
  const still = new Array<number>(10).fill(0)
  expect(left(course('higher', still, [0.4, 0.4, 0.4], 0.5)).left).toEqual([])
  expect(left(course('higher', still, [0.6, 0.7, 0.8], 0.5)).left).toMatchObject([{ value: 0.6 }])
})

test('a gap neither counts nor clears', () => {
  expect(left(course('lower', USUAL, [0.5, null, null, 0.5, 0.5])).left).toMatchObject([{ at: FROM }])
  expect(left(course('lower', USUAL, [0.5, 0.5, null, null])).left).toEqual([])
})

test('a bucket that begins before the run and ends in it is of neither', () => {
  const one = course('lower', USUAL, [0.6, 0.6, 0.6])
  expect(leftTheirRange([one], FROM).left).toHaveLength(1)
  // Two seconds into the bucket the run begins: its mean has fallen already, and is no part of what was usual.
  const straddling = course('lower', [...USUAL, 0.7], [0.6, 0.6, 0.6])
  const from = FROM - 3_000
  expect(leftTheirRange([straddling], from)).toMatchObject({ judged: 1, left: [{ at: FROM, range: { low: 0.9 } }] })
})

test('too little before, or a figure that is raised on purpose, is unjudged', () => {
  expect(left(course('lower', USUAL.slice(1), [0.1, 0.1, 0.1]))).toEqual({ left: [], judged: 0 })
  expect(left(course('lower', [...USUAL.slice(1), null, null], [0.1, 0.1, 0.1]))).toEqual({ left: [], judged: 0 })
  expect(left(course(undefined, USUAL, [9, 9, 9]))).toEqual({ left: [], judged: 0 })
  expect(left(course('lower', USUAL, [0.9, 0.9, 0.9]))).toEqual({ left: [], judged: 1 })
})

test('of several the first in time comes first', () => {
  const late = course('lower', USUAL, [0.9, 0.9, 0.9, 0.1, 0.1, 0.1], 0, 'late')
  const early = course('lower', USUAL, [0.9, 0.1, 0.1, 0.1, 0.1, 0.1], 0, 'early')
  expect(left(late, early).left.map(({ where }) => where.target)).toEqual(['early', 'late'])
})

test('the load at a moment is that of the point before it', () => {
  const points: Value[] = [[0, 1], [10, 5], [20, null]] // biome-ignore format: one line
  expect([valueAt(points, -1), valueAt(points, 9), valueAt(points, 10), valueAt(points, 25)]).toEqual([null, 1, 5, null])
})
