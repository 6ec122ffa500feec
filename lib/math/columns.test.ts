import { expect, test } from 'vitest'
import type { Point } from '../model/series.ts'
import { columns, steps, sums, valueAt } from './columns.ts'
import { newestEpisode } from './episodes.ts'

/** Columns as lists. */
const listed = (all: Record<string, Float64Array>) => Object.fromEntries(Object.entries(all).map(([name, column]) => [name, [...column]]))

test('columns keep the moments that all series have', () => {
  expect(
    columns({
      a: [
        [1, 10],
        [2, 20],
        [4, 40],
      ],
      b: [
        [2, 2],
        [3, 3],
        [4, 4],
      ],
    }),
  ).toEqual({ at: [2, 4], a: [20, 40], b: [2, 4] })
  expect(columns({ a: [] })).toEqual({ at: [], a: [] })
})

test('steps count from zero after a restart and leave a gap out', () => {
  const counter: [number, number][] = [
    [0, 100],
    [1000, 110],
    [2000, 5],
    [9000, 50],
    [10000, 60],
  ]
  expect(listed(steps({ a: counter }, 1000))).toEqual({
    at: [1000, 2000, 10000],
    seconds: [1, 1, 1],
    restarted: [0, 1, 0],
    a: [10, 5, 10],
  })
})

test('a restart across a gap is not lost', () => {
  const { restarted } = steps(
    {
      a: [
        [0, 100],
        [9000, 5],
      ],
    },
    1000,
  )
  expect([...restarted]).toEqual([1])
})

test('sums of any stretch', () => {
  const total = sums([1, 2, 3])
  expect(total[3]! - total[1]!).toBe(5)
})

test('an episode latches with what it began with, and says where the last one ended', () => {
  const values = [0, 0, 9, 9, 9, 0, 0]
  const seen: number[] = []
  const of = (count: number) =>
    newestEpisode(
      count,
      (i, since) => {
        seen.push(since)
        return values[i]! > 5 ? values[i - 1]! : null
      },
      (i) => values[i]! > 5,
    )
  expect(of(2)).toBeNull()
  expect(of(5)).toEqual({ start: 2, end: null, began: 0 })
  expect(of(7)).toEqual({ start: 2, end: 5, began: 0 })
  expect(seen.at(-1)).toBe(5)
})

test('series whose columns stand where they are held, and points of another poll, are joined alike', () => {
  const at = Float64Array.from([0, 1_000, 2_000, 3_000, 4_000])
  const held = (value: number[]) => ({
    metric: 'x',
    labels: {},
    stepMs: 1_000,
    points: [...at].map((ms, i): Point => [ms, value[i]!]),
    columns: () => ({ at: at.subarray(0, 5), value: Float64Array.from(value) }),
  })
  const [hits, misses] = [held([0, 10, 30, 2, 4]), held([0, 1, 2, 0, 0])]
  const wanted = steps({ hits: hits.points, misses: misses.points }, 1_000)
  expect([...wanted.restarted]).toEqual([0, 0, 1, 0])
  expect(steps({ hits, misses }, 1_000)).toEqual(wanted)
  const later = misses.points.filter((_, i) => i !== 2)
  expect(steps({ hits, misses: later }, 1_000)).toEqual(steps({ hits: hits.points, misses: later }, 1_000))
  const hitsAt = valueAt(hits)
  expect([3_000, 0, 1_000, 1_500, 4_000, 5_000].map(hitsAt)).toEqual([2, 0, 10, undefined, 4, undefined])
})
