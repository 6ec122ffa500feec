import { expect, test } from 'vitest'
import type { ChartContent } from './chart.ts'
import { labelPx, levelLabelPlace } from './labels.ts'
import { scaleOf } from './scale.ts'

const content: ChartContent = { title: 'Response', unit: 'seconds', from: 0, to: 100 }
type Points = [number, number | null][]
const place = (points: Points, value: number, above = true) => {
  const series = [{ points }]
  const scale = scaleOf({ ...content, threshold: { value, label: '' } }, { width: 460, height: 160, series })
  return { scale, ...levelLabelPlace({ label: 'threshold 264 ms', value, above }, scale, series) }
}
const line = (value: (at: number) => number | null): Points => Array.from({ length: 101 }, (_, at) => [at, value(at)])

test('the label of a threshold stands over its right end while nothing is there', () => {
  const { scale, x, y, anchor } = place(
    line(() => 0.1),
    0.264,
  )
  expect([x, anchor]).toEqual([scale.right - 4, 'end'])
  expect(y).toBe(scale.y(0.264) - 4)
})

test('it gives way to a series at the right edge', () => {
  const rising = place(
    line((at) => (at > 70 ? 0.28 : 0.02)),
    0.264,
  )
  expect([rising.anchor, rising.x]).toEqual(['start', rising.scale.left + 4])
  // A gap is nothing that runs through it; two far points that a line joins are.
  expect(
    place(
      line((at) => (at > 70 ? null : 0.02)),
      0.264,
    ).anchor,
  ).toBe('end')
  expect(
    place(
      [
        [0, 0.01],
        [60, 0.02],
        [100, 0.5],
      ],
      0.264,
    ).anchor,
  ).toBe('start')
})

test('it is never cut off at the edge of the plot, though a series is everywhere', () => {
  for (const value of [0, 0.01, 0.25, 0.5])
    for (const above of [true, false]) {
      const { y, scale } = place(
        line((at) => (at % 2) / 2),
        value,
        above,
      )
      expect(y - 12).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThan(scale.bottom)
    }
  expect(labelPx('threshold 264 ms')).toBeGreaterThan(80)
})
