import { expect, test } from 'vitest'
import { curve } from '../../test/curves.ts'
import { pointAt, type SplitCache, splitMemory } from './split.ts'

const MIB = 1_048_576
/** Of 100 MiB now; `at` gives the hit ratio by MiB. */
const cache = (readsPerSecond: number, at: (mib: number) => number, mostBytes: number | null = null): SplitCache => ({
  curve: curve([{ hitRatio: at(100) }, ...[20, 40, 60, 80, 120, 160, 200, 300].map((mib) => ({ bytes: mib * MIB, hitRatio: at(mib) }))]),
  readsPerSecond,
  mostBytes,
})
const split = (...caches: SplitCache[]) => splitMemory(caches, MIB).map((bytes) => bytes / MIB)
const concave = (mib: number) => 1 - Math.exp(-mib / 100)
const flat = (mib: number) => 0.9 + mib / 10_000

test('memory goes where the next byte wins most, and the total stays', () => {
  const [a, b] = split(cache(100, flat), cache(100, concave))
  expect([a, b]).toEqual([20, 180])
  // Equal caches keep what they have; of unequal ones the busier gets more.
  expect(split(cache(100, concave), cache(100, concave))).toEqual([100, 100])
  const [calm, busy, other] = split(cache(100, concave), cache(300, concave), cache(100, concave))
  expect(busy).toBeGreaterThan(140)
  expect(calm).toBe(other)
  expect(calm! + busy! + other!).toBeLessThanOrEqual(300)
  expect(calm! + busy! + other!).toBeGreaterThan(297)
})
test('it is the best of all shares, by trying all', () => {
  const caches = [cache(100, concave), cache(250, (mib) => 1 - Math.exp(-mib / 40)), cache(80, (mib) => mib / (mib + 150))]
  const worth = (sizes: readonly number[]) =>
    sizes.reduce((sum, mib, i) => sum + caches[i]!.readsPerSecond * pointAt(caches[i]!.curve, mib * MIB).hitRatio, 0)
  let best = 0
  for (let a = 20; a <= 260; a += 4) for (let b = 20; b <= 280 - a; b += 4) best = Math.max(best, worth([a, b, 300 - a - b]))
  expect(worth(split(...caches))).toBeGreaterThan(best - 0.5)
})
test('before a cliff nothing is taken for what lies behind it, unless all of it can be had', () => {
  const cliff = (mib: number) => (mib < 160 ? 0.2 : 0.9)
  expect(split(cache(100, cliff), cache(100, flat))).toEqual([160, 40])
  expect(split(cache(100, cliff), cache(1_000, concave))[0]).toBeLessThan(100)
})
test('no more than the machine has, nor than the model has filled', () => {
  expect(split(cache(100, flat), cache(100, concave, 130 * MIB))).toEqual([80, 120])
  const unfilled = cache(100, concave)
  for (const point of unfilled.curve.points) if (point.bytes! > 120 * MIB) point.filled = false
  expect(split(cache(100, flat), unfilled)[1]).toBe(120)
})
test('what hardly moves stays as it is', () => expect(split(cache(100, concave), cache(107, concave))).toEqual([100, 100]))
test('between two sizes it hits what lies between', () => {
  const { curve: of } = cache(1, (mib) => mib / 1_000)
  expect(pointAt(of, 90 * MIB)).toMatchObject({ hitRatio: expect.closeTo(0.09), low: expect.closeTo(0.08), high: expect.closeTo(0.1) })
  expect(pointAt(of, 1_000 * MIB).hitRatio).toBeCloseTo(0.3)
})
