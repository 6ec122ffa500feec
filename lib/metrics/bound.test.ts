import { expect, test } from 'vitest'
import { load, strictly } from '../../test/series.ts'
import { boundWindow } from './bound.ts'
import { measure } from './measure.ts'

const window = load(1000, {
  'cache_hits_total{target=a}': '0+9x60',
  'cache_misses_total{target=a}': '0+1x60',
  'cache_items{target=a}': '5x60',
})

test('a window hands out what the needs name, and tells of all else', () => {
  const strays: string[] = []
  const needs = { spanMs: 1_000, metrics: ['cache_items'], also: { records: ['fact'] as const } }
  const bound = boundWindow(window, needs, (name) => strays.push(name))
  expect(bound.series('cache_items', { target: 'a' })).toHaveLength(1)
  expect(bound.series('cache_hits_total')).toEqual([])
  expect(bound.records('fact')).toEqual([])
  expect(bound.records('hot-key')).toEqual([])
  expect(bound.between(window.from, window.to - 1000).series('cache_misses_total')).toEqual([])
  expect(strays).toEqual(['cache_hits_total', 'hot-key', 'cache_misses_total'])
  expect([bound.from, bound.to]).toEqual([window.from, window.to])
})

test('a metric that is computed stands for the series that it is computed of', () => {
  const rule = { id: 'cache/example', needs: { spanMs: 60_000, metrics: ['cache_hit_ratio'] } }
  expect(measure('cache_hit_ratio', { target: 'a' }, strictly(rule, window))).toMatchObject({ is: 'measured', value: 0.9 })
  expect(() => measure('cache_items', { target: 'a' }, strictly(rule, window))).toThrow(
    'cache/example reads cache_items, which it does not name in its needs',
  )
})
