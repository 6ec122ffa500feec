import { expect, test } from 'vitest'
import { positionOf, rangeAround, readSize, roundSize, SLIDER_STEPS, sizeAt, sizesOver, sizeText } from './size.ts'

test('a size is written as Redis writes it, and read back to the byte', () => {
  expect(sizeText({ by: 'bytes', value: 256 * 1024 ** 2 })).toBe('256mb')
  expect(sizeText({ by: 'bytes', value: 104_857_601 })).toBe('104857601')
  expect(sizeText({ by: 'keys', value: 20_000 })).toBe('20k')
  for (const by of ['bytes', 'keys'] as const)
    for (let value = 1_048_576; value < 1e12; value = Math.round(value * 1.37) + 1)
      for (const size of [value, roundSize(value, by)]) expect(readSize(sizeText({ by, value: size }), by)).toEqual({ by, value: size })
})

test('what people type is read; what no cache has is not', () => {
  for (const text of ['256mb', '256 MB', '256m', '256MiB', ' 268435456 ']) expect(readSize(text, 'bytes')?.value, text).toBe(2 ** 28)
  expect(readSize('1.5k', 'keys')?.value).toBe(1_500)
  for (const text of ['', '-1mb', '1xb', '0', '1kb', '9999tb', '1e9', 'NaN']) expect(readSize(text, 'bytes'), text).toBeNull()
  for (const text of ['0', '20kb', '0.2']) expect(readSize(text, 'keys'), text).toBeNull()
})

test('the range has round ends that a small move of the measurement leaves as they are', () => {
  expect(rangeAround(40e6, 300e6, 'bytes')).toEqual({ by: 'bytes', low: 2 ** 25, high: 1.5 * 2 ** 28 })
  expect(rangeAround(41e6, 310e6, 'bytes')).toEqual(rangeAround(40e6, 300e6, 'bytes'))
  expect(rangeAround(78, 21_000, 'keys')).toEqual({ by: 'keys', low: 50, high: 50_000 })
  expect(rangeAround(100, 2_000, 'keys')).toEqual({ by: 'keys', low: 100, high: 2_000 })
  expect(rangeAround(0, 0, 'bytes')).toEqual({ by: 'bytes', low: 2 ** 20, high: 2 ** 21 })
  expect(rangeAround(0, 1, 'keys')).toEqual({ by: 'keys', low: 1, high: 2 })
})

test('sizes reach from end to end by equal factors, none twice', () => {
  const range = rangeAround(1e6, 1e9, 'bytes')
  const sizes = sizesOver(range, 21)
  expect([sizes[0], sizes.at(-1), sizes.length]).toEqual([range.low, range.high, 21])
  expect(sizes[11]! / sizes[10]!).toBeCloseTo(sizes[1]! / sizes[0]!, 3)
  expect(sizesOver({ by: 'keys', low: 1, high: 4 }, 21)).toEqual([1, 2, 3, 4])
})

test('each position of the slider is a size of few digits, and that size stands at the position', () => {
  const range = rangeAround(2e6, 8e9, 'bytes')
  for (let position = 0; position <= SLIDER_STEPS; position++) {
    const size = sizeAt(range, position)
    expect(sizeText({ by: 'bytes', value: size }).length).toBeLessThanOrEqual(6)
    expect(Math.abs(positionOf(range, size) - position)).toBeLessThanOrEqual(1)
  }
  const present = 104_857_601
  expect(sizeAt(range, positionOf(range, present), present)).toBe(present)
})
