import { expect, test } from 'vitest'
import { FROM, load } from '../../test/series.ts'
import { lifetimeOf } from './lifetime.ts'

const lived = (writes: string, keys = 2_000, at = FROM + 100_000) =>
  lifetimeOf(load(1000, { 'cache_writes_total{target=a}': writes }), 'a', { at, keys })

test('is how long before they ended the keys were written', () => {
  const ttlMs = lived('0+10x40 390+500x4 2390+10x56')
  expect(ttlMs).toBeGreaterThanOrEqual(53_000)
  expect(ttlMs).toBeLessThanOrEqual(58_000)
})

test('is not known of keys that were written one by one, or before, or of which only a few were', () => {
  expect(lived('0+50x101')).toBeNull()
  expect(lived('0+10x101')).toBeNull()
  expect(lived('0+10x40 390+100x4 790+10x56')).toBeNull()
  expect(lifetimeOf(load(1000, {}), 'a', { at: FROM, keys: 10 })).toBeNull()
})

test('what fills the cache again after the end is no burst that wrote it', () => expect(lived('0+10x95 940+500x6')).toBeNull())

test('after a restart all that is fetched is a burst', () => {
  const ttlMs = lived('90000+10x30 400x1 900x1 1300x1 1600x1 1610+10x67', 1_500)
  expect(ttlMs).toBeGreaterThanOrEqual(60_000)
  expect(ttlMs).toBeLessThanOrEqual(70_000)
})
