import { describe, expect, it } from 'vitest'
import type { Labels } from '../model/series.ts'
import { Grid } from './grid.ts'
import type { History, Value } from './history.ts'
import { metrics } from './registry.ts'

/** A fleet of stored series that counts what is read of it, and how much at once. */
function counted(targets: number, moments: number) {
  const points = Array.from({ length: moments }, (_, i): Value => [i * 10_000, 100 + (i % 7)])
  const labelsOf = (metric: string, i: number): Labels =>
    // One ring and one pool of all, the worst case.
    metric.startsWith('cache') ? { target: `t${i}` } : { target: 'edge', pool: 'app', ring: 'r', server: `s${i}`, node: `n${i}` }
  const seen = { drawn: new Map<string, number>(), points: 0, atOnce: 0, pauses: 0 }
  let sincePause = 0
  const pause = async () => {
    seen.pauses++
    sincePause = 0
  }
  const history: History = {
    labels: {},
    pause,
    stepMs: () => 10_000,
    rows: (metric) =>
      Array.from({ length: targets }, (_, i) => ({
        labels: labelsOf(metric, i),
        draw: async () => {
          await pause()
          sincePause += moments
          seen.points += moments
          seen.atOnce = Math.max(seen.atOnce, sincePause)
          const key = `${metric} ${i}`
          seen.drawn.set(key, (seen.drawn.get(key) ?? 0) + 1)
          return points
        },
      })),
  }
  return { history, seen }
}

describe('a history that is computed', () => {
  const computed = metrics.filter(({ series }) => series)

  it.each(computed.map((metric) => [metric.name, metric] as const))(
    '%s reads each series once, and never two at once',
    async (_, metric) => {
      const { history, seen } = counted(100, 200)
      let lines = 0
      for await (const { points } of metric.series!(history)) {
        lines++
        expect(points.length).toBe(200)
      }
      expect(lines).toBeGreaterThan(0)
      expect([...seen.drawn.values()].every((times) => times === 1)).toBe(true)
      expect(seen.points).toBeLessThanOrEqual((metric.from.length + metric.also.length) * 100 * 200)
      expect(seen.atOnce).toBe(200)
    },
  )

  it('of a pool of a thousand servers pauses while it is computed', async () => {
    const { history, seen } = counted(1_000, 640)
    for await (const _ of metrics.find(({ name }) => name === 'pool_imbalance')!.series!(history));
    expect(seen.pauses).toBeGreaterThanOrEqual(3 * 1_000 + 10)
  })
})

it('a ring of which no node has a share is a gap, as `measure` says it', async () => {
  const shares: [string, number[]][] = [
    ['a', [0.75, 0, 0.5]],
    ['b', [0.25, 0, 0.5]],
  ]
  const history: History = {
    labels: {},
    pause: () => undefined,
    stepMs: () => 1_000,
    rows: () =>
      shares.map(([node, values]) => ({
        labels: { ring: 'r', node },
        draw: async () => values.map((value, i): Value => [i * 1_000, value]),
      })),
  }
  for await (const { points } of metrics.find(({ name }) => name === 'ring_imbalance')!.series!(history))
    expect(points).toEqual([
      [0, 1.5],
      [2_000, 1],
    ])
})

describe('a grid', () => {
  it('brings lines to the same moments', () => {
    const grid = new Grid()
    grid.add([
      [1, 10],
      [3, null],
      [5, 50],
    ])
    grid.add([
      [0, 7],
      [3, 8],
      [6, 9],
    ])
    grid.add([])
    expect(grid.at).toEqual([0, 1, 3, 5, 6])
    expect(grid.columns.map((column) => [...column])).toEqual([
      [Number.NaN, 10, Number.NaN, 50, Number.NaN],
      [7, Number.NaN, 8, Number.NaN, 9],
      [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    ])
  })
})
