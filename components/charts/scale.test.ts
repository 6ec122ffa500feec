import { expect, test } from 'vitest'
import type { ChartContent } from './chart.ts'
import { linePath, MARGIN, scaleOf, valuesOf } from './scale.ts'

const content: ChartContent = { title: 'Reads', unit: 'perSecond', from: 0, to: 100_000 }
const series = [
  {
    points: [
      [0, 0],
      [50_000, 50],
      [100_000, 100],
    ] as const,
  },
]

test('moments and values fall on px inside the margins, and back', () => {
  const scale = scaleOf(content, { width: 160, height: 126, series })
  expect([scale.x(0), scale.x(50_000), scale.x(100_000)]).toEqual([MARGIN.left, 102, 152])
  expect([scale.y(0), scale.y(100)]).toEqual([106, 6])
  expect([scale.timeAt(102), scale.timeAt(0), scale.timeAt(999)]).toEqual([50_000, 0, 100_000])
})

test('the axis covers what is drawn beside the lines, and begins at zero unless the chart says otherwise', () => {
  expect(valuesOf({ ...content, threshold: { value: 180, label: 'most' } }, series, 180)).toEqual([0, 50, 100, 150, 200])
  expect(valuesOf({ ...content, bands: [{ from: 0, to: 1, low: -20, high: 10, label: '' }] }, series, 180)[0]).toBeLessThan(0)
  const high = [{ points: [[0, 960] as const, [1, 1_000] as const] }]
  expect(valuesOf(content, high, 180)[0]).toBe(0)
  expect(valuesOf({ ...content, fromZero: false }, high, 180)[0]).toBe(960)
})

test('a ratio near one is read against one, and a ratio of nothing against one percent', () => {
  const ratio = (value: number) => valuesOf({ ...content, unit: 'ratio' }, [{ points: [[0, value]] }], 180).at(-1)
  expect([ratio(0.93), ratio(0.2), ratio(0)]).toEqual([1, 0.2, 0.01])
})

const px = { x: (ms: number) => ms, y: (value: number) => 10 - value }

test('a line is broken where a value is missing, and a lone point is a dot', () => {
  const points = [
    [0, 1],
    [1, 2],
    [2, null],
    [3, 3],
    [4, Number.NaN],
    [5, 4],
    [6, 5],
  ] as const
  expect(linePath(points, px, 1)).toEqual({ d: 'M0 9L1 8M5 6L6 5', dots: [[3, 7]] })
})

test('a hole wider than 2.5 steps is a gap though nothing stands in it', () => {
  const points = [
    [0, 1],
    [10, 1],
    [35, 1],
    [61, 1],
    [71, 1],
  ] as const
  expect(linePath(points, px, 10).d).toBe('M0 9L10 9L35 9M61 9L71 9')
  expect(linePath([], px).d).toBe('')
})
