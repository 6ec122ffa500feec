import { expect, test } from 'vitest'
import { curvePath, curveScale, sizeTicks } from './curveScale.ts'

test('a size stands by its logarithm, and what is pointed at is that size', () => {
  const scale = curveScale({ low: 1, high: 10_000, binary: false, width: 460, height: 226 })
  expect([scale.x(1), scale.x(100), scale.x(10_000)]).toEqual([52, 252, 452])
  expect([scale.y(0), scale.y(1)]).toEqual([scale.bottom, scale.top])
  expect(scale.sizeAt(scale.x(2_500))).toBeCloseTo(2_500)
  expect([scale.sizeAt(-10), scale.sizeAt(9_999)]).toEqual([1, expect.closeTo(10_000)])
})

test('the axis of sizes has round labels, no more than there is room for', () => {
  expect(sizeTicks(50, 50_000, 12, false)).toEqual([50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000])
  expect(sizeTicks(50, 50_000, 5, false)).toEqual([100, 1_000, 10_000])
  expect(sizeTicks(2 ** 20, 2 ** 30, 6, true)).toEqual([0, 2, 4, 6, 8, 10].map((n) => 2 ** (20 + n)))
  expect(sizeTicks(2 ** 20, 2 ** 22, 12, true)).toEqual([2 ** 20, 2 ** 21, 2 ** 22])
})

test('the band goes out above and comes back below', () => {
  const same = { x: (n: number) => n, y: (n: number) => n }
  const points = [
    { size: 1, value: 2, low: 1, high: 3 },
    { size: 2, value: 4, low: 3, high: 5 },
  ]
  expect(curvePath(points, same)).toEqual({ line: 'M1 2L2 4', band: 'M1 3L2 5L2 3L1 1Z' })
  expect(curvePath([], same)).toEqual({ line: '', band: '' })
})
