import { describe, expect, test } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { decodeColumns, encodeColumns, scaleOf } from './codec.ts'

const there = (columns: number[][]) => decodeColumns(encodeColumns(columns), columns.length).map((column) => [...column])

describe('columns come back as they went', () => {
  test.each([
    ['nothing', [[]]],
    ['one value', [[7]]],
    ['counts', [[1, 2, 3, 1_000_000_007, 0, -5]]],
    ['decimals', [[0.1, 0.182, 0.3, 12.000_001, -0.25]]],
    ['doubles', [[Math.PI, Math.E, 1 / 3, 0.1 + 0.2]]],
    ['extremes', [[0, Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, -0]]],
    ['large counters', [[2 ** 50, 2 ** 50 - 1, 0, 2 ** 49]]],
    ['beyond exact differences', [[2 ** 51 + 1, -(2 ** 52)]]],
    ['several', [Array.from({ length: 600 }, (_, i) => 1_700_000_000_000 + i * 1000), Array.from({ length: 600 }, (_, i) => i % 7)]],
  ] as [string, number[][]][])('%s', (_name, columns) => {
    const back = there(columns)
    expect(back.map(({ length }) => length)).toEqual(columns.map(({ length }) => length))
    for (const [i, column] of columns.entries()) for (const [k, value] of column.entries()) expect(Object.is(back[i]![k], value)).toBe(true)
  })

  test('whatever they hold', () => {
    const random = randomOf(99)
    const makers = [
      () => Math.round(random() * 1e6),
      () => Math.round(random() * 1e4) / 1e3,
      () => normal(random),
      () => (random() < 0.9 ? 0 : Math.round(random() * 1e12)),
      () => random() * 10 ** Math.round(random() * 40 - 20),
      () => -Math.round(random() * 2 ** 51),
      () => Math.round(random() * 1e9) / 1e9,
    ]
    for (let round = 0; round < 400; round++) {
      const size = Math.floor(random() * 80)
      const columns = Array.from({ length: 1 + (round % 4) }, () => {
        const make = makers[Math.floor(random() * makers.length)]!
        return Array.from({ length: size }, make)
      })
      expect(there(columns)).toEqual(columns)
    }
  })
})

test('typical samples take about a byte', () => {
  const random = randomOf(3)
  let at = 1_700_000_000_000
  let counter = 123_456_789
  const times: number[] = []
  const counts: number[] = []
  const gauges: number[] = []
  for (let i = 0; i < 600; i++) {
    at += 1000
    counter += Math.round(100 + 10 * normal(random))
    times.push(at)
    counts.push(counter)
    gauges.push(Math.round(180 + 5 * normal(random)) / 1000)
  }
  expect(encodeColumns([times, counts]).length / 600).toBeLessThan(1.2)
  expect(encodeColumns([times, gauges]).length / 600).toBeLessThan(1.2)
  expect(encodeColumns([times, times.map(() => 42)]).length).toBeLessThan(60)
})

test('the scale is the least that loses nothing', () => {
  expect(scaleOf([1, 2])).toBe(0)
  expect(scaleOf([0.5, 0.25])).toBe(2)
  expect(scaleOf([1 / 3])).toBeNull()
  expect(scaleOf([Number.NaN])).toBeNull()
})

describe('damaged bytes are refused by name', () => {
  const good = encodeColumns([[1, 2, 3]])
  test.each([
    ['nothing', new Uint8Array()],
    ['another format', Uint8Array.of(9, ...good.slice(1))],
    ['noise', Uint8Array.of(1, 7, 7, 7, 7)],
  ])('%s', (_name, bytes) => expect(() => decodeColumns(bytes, 1)).toThrow(/a chunk of the store/))
  test('more columns than there are', () => expect(() => decodeColumns(good, 2)).toThrow(/whole/))
  test('any flipped byte throws or gives numbers, and never hangs', () => {
    const random = randomOf(1)
    for (let round = 0; round < 500; round++) {
      const bytes = encodeColumns([Array.from({ length: 50 }, (_, i) => i * 3)])
      bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8)
      try {
        decodeColumns(bytes, 1)
      } catch (error) {
        expect(String(error)).toMatch(/store/)
      }
    }
  })
})
