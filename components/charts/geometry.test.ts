import { expect, test } from 'vitest'
import {
  alignSeries,
  balanceOf,
  type ChartRow,
  extent,
  fillBetween,
  labelRows,
  medianStep,
  nearestRow,
  sparkPath,
  timeTicks,
  toCsv,
  valueTicks,
} from './geometry.ts'

test('a hole wider than two and a half steps becomes a gap', () => {
  const rows = alignSeries([
    {
      id: 'a',
      points: [
        [0, 1],
        [1000, 2],
        [2000, 3],
        [6000, 4],
        [7000, 5],
      ],
    },
  ])
  expect(rows.map((row) => [row.t, row.a])).toEqual([
    [0, 1],
    [1000, 2],
    [2000, 3],
    [3000, null],
    [6000, 4],
    [7000, 5],
  ])
})

test('series polled at different moments meet in one row; gaps stay gaps', () => {
  const rows = alignSeries([
    {
      id: 'a',
      points: [
        [0, 0],
        [1000, 10],
        [2000, null],
        [3000, 30],
      ],
    },
    {
      id: 'b',
      points: [
        [500, 1],
        [1500, 3],
      ],
    },
  ])
  const filled = fillBetween(rows, ['a', 'b'])
  expect(filled.map((row) => [row.t, row.a, row.b])).toEqual([
    [0, 0, null],
    [500, 5, 1],
    [1000, 10, 2],
    [1500, null, 3],
    [2000, null, null],
    [3000, 30, null],
  ])
})

test('ticks are round and cover the values', () => {
  expect(valueTicks(0, 0.182)).toEqual([0, 0.05, 0.1, 0.15, 0.2])
  expect(valueTicks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1])
  expect(valueTicks(0, 0)).toEqual([0, 0.25, 0.5, 0.75, 1])
  expect(valueTicks(0, 16 * 2 ** 20, 4, true)).toEqual([0, 4, 8, 12, 16].map((n) => n * 2 ** 20))
  // Neither may go on for ever: the first has no step that is a number, the second none that is more than its rounding.
  expect(valueTicks(-Number.MAX_VALUE, Number.MAX_VALUE)).toEqual([0, 1])
  expect(valueTicks(1e17, 1e17 + 16)).toHaveLength(2)
  expect(valueTicks(-3, 7)).toEqual([-5, -2.5, 0, 2.5, 5, 7.5])
  expect(timeTicks(0, 900_000)).toEqual([0, 300_000, 600_000, 900_000])
  expect(timeTicks(0, 2 * 86_400_000, 6, 3_600_000)[0]).toBe(-3_600_000 + 43_200_000)
})

test('extent counts the lines beside', () => {
  expect(
    extent(
      [
        {
          points: [
            [0, 2],
            [1, null],
            [2, 4],
          ],
        },
      ],
      [9],
    ),
  ).toEqual([2, 9])
  expect(extent([{ points: [[0, null]] }], [9])).toBeNull()
  expect(medianStep([[0, 1]])).toBe(0)
})

test('a download is safe in a spreadsheet', () => {
  expect(
    toCsv(
      [
        { t: 0, a: 1 },
        { t: 1000, a: null },
      ],
      [{ id: 'a', name: '=cmd("x"),1' }],
    ),
  ).toBe('time,"\'=cmd(""x""),1"\r\n1970-01-01T00:00:00.000Z,1\r\n1970-01-01T00:00:01.000Z,')
})

test('a sparkline breaks at gaps and shows a lone point', () => {
  expect(sparkPath([0, 1, null, 1], 30, 10, 0, 1)).toBe('M0 10L10 0M30 0h0')
  expect(sparkPath([null], 30, 10, 0, 1)).toBe('')
})

test('the strip is level when seen meets expected', () => {
  const even = balanceOf([
    { name: 'a', seen: 0.5, expected: 0.5 },
    { name: 'b', seen: 0.5, expected: 0.5 },
  ])
  expect(even).toMatchObject({ ticks: [0.5], factor: 1, tilt: 0 })
})

test('it leans to the heavy side, and names it', () => {
  const left = balanceOf([
    { name: 'a', seen: 0.71, expected: 0.5 },
    { name: 'b', seen: 0.29, expected: 0.5 },
  ])
  expect(left.factor).toBeCloseTo(1.42)
  expect(left.tilt).toBeLessThan(0)
  expect(left.segments.map((s) => s.over)).toEqual([true, false])
  expect(
    balanceOf([
      { name: 'a', seen: 0.29, expected: 0.5 },
      { name: 'b', seen: 0.71, expected: 0.5 },
    ]).tilt,
  ).toBeGreaterThan(0)
})

test('nothing seen: as expected, without a verdict', () => {
  expect(
    balanceOf([
      { name: 'a', seen: null, expected: 3 },
      { name: 'b', seen: null, expected: 1 },
    ]),
  ).toMatchObject({
    factor: null,
    tilt: 0,
    segments: [{ to: 0.75 }, { to: 1 }],
  })
  expect(balanceOf([]).segments).toEqual([])
})

test('labels of moments that are near stand below one another, others in the first row', () => {
  expect(labelRows([0, 5, 9, 20, 40], 10)).toEqual([0, 1, 2, 0, 0])
  expect(labelRows([], 10)).toEqual([])
})

test('the row nearest to a moment, unless it is too far away', () => {
  const rows = [{ t: 10 }, { t: 20 }, { t: 40 }] as ChartRow[]
  const at = (ms: number) => nearestRow(rows, ms, 6)?.t ?? null
  expect([at(0), at(4), at(14), at(15), at(16), at(30), at(34), at(46), at(47)]).toEqual([null, 10, 10, 10, 20, null, 40, 40, null])
  expect(nearestRow([], 5, 10)).toBeNull()
})
