import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { memoryRefusingWrites } from './memory-refusing-writes.ts'

const said = (refused: Record<string, string>, used = '100x60') =>
  judge(
    memoryRefusingWrites,
    load(1000, { 'cache_memory_used_bytes{target=a}': used, 'cache_memory_max_bytes{target=a}': '100x60', ...refused }),
  )

test('refused writes are found, also the first ones, of which no counter told before', () => {
  expect(said({ 'redis_errors_total{target=a,err=OOM}': '5x40 5+2x19' })).toMatchObject([
    { subject: { target: 'a' }, is: 'found', severity: 'critical', evidence: [{ value: 38 }, { value: 1 }] },
  ])
  expect(said({ 'redis_errors_total{target=a,err=OOM}': '_x50 9x10' })).toMatchObject([{ is: 'found', evidence: [{ value: 9 }, {}] }])
  expect(said({ 'memcached_store_no_memory_total{target=a}': '0x50 0+5x9' })).toMatchObject([{ is: 'found' }])
})
test('refusals of long ago, counters that began anew, a full cache that evicts', () => {
  expect(said({ 'redis_errors_total{target=a,err=OOM}': '5000x60' })).toMatchObject([{ is: 'clear' }])
  expect(said({ 'redis_errors_total{target=a,err=OOM}': '5000x40 0x19' })).toMatchObject([{ is: 'clear' }])
  expect(said({})).toMatchObject([{ is: 'clear' }])
  expect(said({ 'redis_errors_total{target=a,err=WRONGTYPE}': '0+9x60' })).toMatchObject([{ is: 'clear' }])
})
test('silence is unjudged', () => expect(said({}, '100x40 _x20')).toMatchObject([{ is: 'unjudged' }]))
