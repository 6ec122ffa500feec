import { expect, it } from 'vitest'
import type { NewRecord } from '../model/record.ts'
import { keptSamplings } from './keySampling.ts'

const records: NewRecord[] = [
  { kind: 'hot-key', id: 'a', at: 1, key: 'a', share: 0.3, low: 0.2, high: 0.4, perSecond: 9, method: 'monitor', lines: 900, hot: true },
  { kind: 'key-pattern', id: 'p:*', at: 1, pattern: 'p:*', share: 0.5, low: 0.4, high: 0.6, bytesMean: 9, ttlMsMedian: null },
  { kind: 'fact', id: 'version', at: 1, value: '7' },
]

it('one sampling is kept for each ten minutes, taken at their end alone', () => {
  expect(keptSamplings(records, 600_000 * 7 + 100)).toEqual([])
  expect(keptSamplings(records, 600_000 * 8 - 100)).toEqual([
    {
      kind: 'key-sampling',
      id: 'hot 7',
      at: 600_000 * 8 - 100,
      what: 'hot',
      method: 'monitor',
      rows: [{ name: 'a', share: 0.3, low: 0.2, high: 0.4, perSecond: 9 }],
    },
    expect.objectContaining({
      id: 'patterns 7',
      what: 'patterns',
      rows: [{ name: 'p:*', share: 0.5, low: 0.4, high: 0.6, perSecond: null }],
    }),
  ])
  expect(keptSamplings([records[2]!], 600_000 * 8 - 100)).toEqual([])
})
