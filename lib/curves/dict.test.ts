import { expect, test } from 'vitest'
import { Dict } from './dict.ts'
import { Random } from './random.ts'

test('holds what was added and not removed, through growing and shrinking', () => {
  const dict = new Dict(5_000, 1, 3)
  for (let key = 0; key < 5_000; key++) {
    dict.add(key)
    dict.grow(Number.POSITIVE_INFINITY)
  }
  expect(dict.bytes).toBe(8_192 * 8)
  for (let key = 0; key < 5_000; key++) if (key % 50 !== 0) dict.remove(key)
  dict.shrink()
  expect(dict.bytes).toBe(128 * 8)
  const kept: number[] = []
  for (let bucket = 0; bucket < dict.buckets; bucket++) for (let key = dict.first(bucket); key >= 0; key = dict.after(key)) kept.push(key)
  expect(kept.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i * 50))
  expect(dict.has(50)).toBe(true)
  expect(dict.has(51)).toBe(false)
})

test('samples the newest keys of long chains more often, and never one that has five before it', () => {
  const dict = new Dict(1_600, 1, 3)
  const random = new Random(5)
  const into = new Int32Array(5)
  for (let key = 0; key < 1_600; key++) {
    dict.add(key)
    dict.grow(0)
  }
  const times = new Int32Array(1_600)
  for (let i = 0; i < 100_000; i++) {
    const found = dict.some(5, into, random)
    for (let k = 0; k < found; k++) times[into[k]!]!++
  }
  const mean = (from: number) => times.slice(from, from + 400).reduce((sum, n) => sum + n, 0) / 400
  const depthOf = (key: number) => {
    for (let bucket = 0; bucket < dict.buckets; bucket++)
      for (let at = dict.first(bucket), depth = 0; at >= 0; at = dict.after(at), depth++) if (at === key) return depth
    return -1
  }
  const never = Array.from(times.keys()).filter((key) => times[key] === 0)
  expect(never.length).toBeGreaterThan(0)
  expect(Math.min(...never.map(depthOf))).toBe(5)
  expect(mean(1_200) / mean(0)).toBeGreaterThan(1.1)
})
