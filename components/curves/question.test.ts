import { expect, test } from 'vitest'
import { type CurvePoint, pointAt, questionOf } from './question.ts'
import { AS_IT_IS } from './rule.ts'

const point = (keys: number, hitRatio: number, half: number, rest: Partial<CurvePoint> = {}): CurvePoint => ({
  ...{ keys, bytes: null, hitRatio, low: hitRatio - half, high: hitRatio + half, fills: (1 - hitRatio) * 1_000 },
  ...{ age: { mean: keys, p95: 2 * keys }, held: { keys, bytes: null } },
  ...rest,
})

test('only what was chosen is asked; everything else is the source’s own', () => {
  expect(questionOf({ target: 'cache-a', match: '' }, AS_IT_IS, 'bytes', [2 ** 20])).toEqual({
    source: { target: 'cache-a' },
    sizes: { bytes: [2 ** 20] },
  })
  expect(
    questionOf(
      { target: 'cache-a', match: 'p:*' },
      { ...AS_IT_IS, samples: 3, ttl: 'none', parts: [{ match: 'p:1*', ttl: 'none' }], local: { keys: 10, ttlMs: 5_000 } },
      'keys',
      [1],
      ['p:1*', 'p:2*'],
    ),
  ).toEqual({
    source: { target: 'cache-a', match: 'p:*' },
    samples: 3,
    ttl: null,
    parts: [{ match: 'p:1*', ttl: null }, { match: 'p:2*' }],
    local: { keys: 10, ttlMs: 5_000 },
    sizes: { keys: [1] },
  })
})

test('between two sizes a point lies on the logarithm, with the wider band', () => {
  const points = [point(100, 0.5, 0.02), point(10_000, 0.9, 0.04)]
  expect(pointAt(points, 'keys', 1_000)).toMatchObject({
    keys: 1_000,
    hitRatio: expect.closeTo(0.7),
    low: expect.closeTo(0.66),
    high: expect.closeTo(0.74),
    fills: 300,
    age: { mean: expect.closeTo(5_050), p95: expect.closeTo(10_100) },
  })
  expect(pointAt(points, 'keys', 100)).toBe(points[0])
  expect(pointAt(points, 'keys', 10_000)).toBe(points[1])
})

test('outside of what was computed there is none: a curve is not drawn on by hand', () => {
  expect(pointAt([], 'keys', 1)).toBeNull()
  expect(pointAt([point(100, 0.5, 0.02), point(200, 0.6, 0.02)], 'keys', 99)).toBeNull()
  expect(pointAt([point(100, 0.5, 0.02)], 'keys', 101)).toBeNull()
})
