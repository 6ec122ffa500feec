import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { fragmentation } from './fragmentation.ts'

const said = (rss: string, used: string) =>
  judge(fragmentation, load(10_000, { 'redis_memory_used_rss_bytes{target=a}': rss, 'cache_memory_used_bytes{target=a}': used }))

test('much held for little data, for five minutes, is found', () =>
  expect(said('2e9x36', '1e9x36')).toMatchObject([{ is: 'found', severity: 'warning', evidence: [{ value: 2 }] }]))
test('small instances, an ordinary ratio, and a deletion of this minute', () => {
  expect(said('2e7x36', '2e6x36')).toMatchObject([{ is: 'clear' }])
  expect(said('1.3e9x36', '1e9x36')).toMatchObject([{ is: 'clear' }])
  expect(said('2e9x36', '2e9x30 1e9x5')).toMatchObject([{ is: 'clear' }])
})
test('too short, or not read lately', () => {
  expect(said('_x30 2e9x5', '1e9x36')).toMatchObject([{ is: 'unjudged' }])
  expect(said('2e9x30 _x6', '1e9x36')).toMatchObject([{ is: 'unjudged' }])
})
