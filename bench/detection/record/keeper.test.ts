import { expect, it } from 'vitest'
import type { NewRecord } from '../../../lib/model/record.ts'
import { createKeeper } from './keeper.ts'

const hot = (key: string, share: number): NewRecord => ({
  kind: 'hot-key', id: key, key, at: 0, share, low: share, high: share, perSecond: 1 / 3, method: 'monitor', lines: 300, hot: false,
  clients: [{ address: '10.0.0.1', share: 1 }],
}) // biome-ignore format: one line
const histogram: NewRecord = { kind: 'ttl-histogram', id: 'ttl', at: 0, bucketMs: 1000, buckets: [[0, 5]], sampled: 5, keys: 5 }
const ids = (records: readonly NewRecord[]) => records.map(({ id }) => id)

it('keeps the three hottest keys without their readers', () => {
  const kept = createKeeper()('a', [hot('x', 0.1), hot('y', 0.4), hot('z', 0.2), hot('w', 0.3)], 0)
  expect(ids(kept)).toEqual(['y', 'w', 'z'])
  expect(kept[0]).not.toHaveProperty('clients')
  expect(kept[0]).toMatchObject({ share: 0.4, perSecond: 0.3333 })
})

it('keeps every burst while a key is hot and the one after it, and of cold ones one in ten seconds', () => {
  const keep = createKeeper()
  const shares = [0.01, 0.01, 0.3, 0.3, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
  expect(shares.map((share, second) => keep('a', [hot('x', share)], second).length)).toEqual([1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
})

it('keeps one sample of expiry times in ten seconds for each cache', () => {
  const keep = createKeeper()
  expect(keep('a', [histogram], 0)).toEqual([histogram])
  expect(keep('a', [histogram], 9)).toEqual([])
  expect(keep('b', [histogram], 9)).toEqual([histogram])
  expect(keep('a', [histogram], 10)).toEqual([histogram])
})
