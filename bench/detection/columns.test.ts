import { expect, it } from 'vitest'
import { type Columns, packed, unpacked } from './columns.ts'

const columns: Columns = {
  at: [0.412, 1.413, 2.412, 5.409],
  series: { 'cache_hits_total{target="a"}': [5_000_000, 5_000_100, null, 12], cache_memory_ratio: [0.33333, 0.1, 0.1, 1e-5] },
}

it('gives back what was packed, missed polls and restarted counters too', () => {
  expect(unpacked(packed(columns))).toEqual(columns)
  expect(packed(columns).series['cache_hits_total{target="a"}']).toEqual([5_000_000, 100, null, -5_000_088])
})

it('does not let rounding add up', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => i / 3)
  const back = unpacked(packed({ at: values, series: { a: values } })).series.a!
  expect(Math.max(...back.map((value, i) => Math.abs(value! - values[i]!)))).toBeLessThan(2e-5)
})

it('reads columns as they were written before', () => {
  expect(unpacked(columns)).toBe(columns)
})
