import { describe, expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import type { Point } from '../model/series.ts'
import {
  coverage,
  coverageWithin,
  cut,
  increase,
  increaseOf,
  increases,
  isGap,
  pointsWithin,
  rate,
  rates,
  resets,
  seenOf,
  spanMs,
  spanWithin,
} from './rates.ts'

const points = (...values: (number | null)[]): Point[] => values.flatMap((value, i): Point[] => (value === null ? [] : [[i * 1000, value]]))

describe('a counter', () => {
  test('grows by its differences', () => expect(increase(points(5, 7, 12))).toBe(7))
  test('that fell restarted from zero', () => {
    expect(increase(points(100, 110, 4, 6))).toBe(16)
    expect(resets(points(100, 110, 4, 6, 1))).toBe(2)
  })
  test('remembers across a gap', () => expect(increase(points(0, 10, null, null, null, 50))).toBe(50))
  test('says nothing of fewer than two points', () => {
    expect(increase(points(7))).toBe(0)
    expect(rate(points(7))).toBeNull()
    expect(rate([])).toBeNull()
  })
  test('has a rate per second of the time it spans', () => expect(rate(points(0, 10, 30))).toBe(15))
})

describe('rates', () => {
  test('are given at the end of each step', () => {
    expect(rates(points(0, 10, 30), 1000)).toEqual([
      [1000, 10],
      [2000, 20],
    ])
  })
  test('bridge one missed poll and leave a gap open', () => {
    expect(rates(points(0, null, 20), 1000)).toEqual([[2000, 10]])
    expect(rates(points(0, null, null, 30), 1000)).toEqual([])
    expect(isGap(0, 2500, 1000)).toBe(false)
    expect(isGap(0, 2501, 1000)).toBe(true)
  })
  test('after a restart count what came since', () => expect(rates(points(100, 4), 1000)).toEqual([[1000, 4]]))
})

test('coverage is the part of a stretch that was seen', () => {
  expect(coverage(points(0, 1, 2, null, null, null, 3, 4), 1000, 0, 7000)).toBeCloseTo(3 / 7)
  expect(coverage([], 1000, 0, 7000)).toBe(0)
})

test('increases fall into buckets of time and leave unseen ones null', () => {
  expect(increases(points(0, 1, 2, 3, 4, null, null, null, null, 9), 1000, 0, 8000, 4)).toEqual([2, 2, null, null])
})

test('cut keeps both ends and, where nothing is cut, the very array', () => {
  const all = points(1, 2, 3, 4)
  expect(cut(all, 1000, 2000)).toEqual(all.slice(1, 3))
  expect(cut(all, 500, 2500)).toEqual(all.slice(1, 3))
  expect(cut(all, 0, 9000)).toBe(all)
  expect(cut(all, 4000, 9000)).toEqual([])
})

test('increase does not depend on which polls were missed, while none of them hides a restart', () => {
  const random = randomOf(7)
  for (let round = 0; round < 200; round++) {
    const all: Point[] = []
    let value = 0
    for (let i = 0; i < 50; i++) {
      value += Math.floor(random() * 100)
      all.push([i * 1000, value])
    }
    const some = all.filter((_, i) => i === 0 || i === all.length - 1 || random() > 0.5)
    expect(increase(some)).toBe(increase(all))
  }
})

test('of a series within a stretch the same is told as of the points that are cut out of it', () => {
  const random = randomOf(5)
  for (let round = 0; round < 50; round++) {
    const all = Array.from({ length: 40 }, (_, i): Point => [i * 1_000 + Math.floor(random() * 300), i]).filter(() => random() < 0.8)
    const series = { metric: 'x', labels: {}, stepMs: 1_000, points: all }
    const [from, to] = [Math.floor(random() * 50_000) - 5_000, Math.floor(random() * 50_000)]
    const inside = from > to ? [] : cut(all, from, to)
    expect(pointsWithin(series, from, to)).toEqual(inside)
    expect(spanWithin(series, from, to)).toBe(spanMs(inside))
    expect(coverageWithin(series, from, to)).toBe(coverage(inside, 1_000, from, to))
    expect(increaseOf(inside.map(([, value]) => value))).toBe(increase(inside))
    expect(seenOf(series, from, to)).toBeCloseTo(coverage(all, 1_000, from, to), 12)
  }
})
