import { expect, test } from 'vitest'
import { unbrokenSince } from './gaps.ts'

const MINUTE = 60_000
const gap = (from: number, to: number) => ({ from: from * MINUTE, to: to * MINUTE })
const since = (gaps: ReturnType<typeof gap>[], last = 360) => {
  const found = unbrokenSince(gaps, 0, last * MINUTE)
  return found === null ? null : found / MINUTE
}

test('a short gap is bridged: a restart within hours', () => {
  expect(since([])).toBeNull()
  expect(since([gap(300, 300.5)])).toBeNull()
  expect(since([gap(100, 103), gap(200, 203)])).toBeNull()
})

test('across a long one, or many short ones, references are not continuous', () => {
  expect(since([gap(100, 110)])).toBe(110)
  expect(since([gap(100, 110)], 120)).toBe(110)
  expect(since([gap(100, 110), gap(200, 200.5)])).toBe(110)
  expect(since([gap(100, 104), gap(200, 204), gap(300, 303)])).toBe(204)
  // The newest gap was so long ago, and is so short beside what came after, that it counts no more.
  expect(since([gap(10, 12)], 20)).toBe(12)
  expect(since([gap(10, 12)], 110)).toBeNull()
})

test('what lies before all references, or ends after them, is none', () => {
  expect(since([gap(-100, 0)])).toBeNull()
  expect(since([gap(350, 400)])).toBeNull()
})
