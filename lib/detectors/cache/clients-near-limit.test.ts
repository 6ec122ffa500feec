import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { clientsNearLimit } from './clients-near-limit.ts'

const said = (open: string, rejected = '0x40') =>
  judge(
    clientsNearLimit,
    load(1000, {
      'cache_connections{target=a}': open,
      'cache_connections_max{target=a}': '100x40',
      'cache_connections_rejected_total{target=a}': rejected,
    }),
  )

test('connections near the limit; refused ones are critical', () => {
  expect(said('90x40')).toMatchObject([{ is: 'found', severity: 'warning', summary: 'a has 90 of at most 100 connections' }])
  expect(said('50x40', '0x30 0+1x9')).toMatchObject([{ is: 'found', severity: 'critical' }])
})
test('a peak, a restart of the counters, ordinary use', () => {
  expect(said('20x37 99x2')).toMatchObject([{ is: 'clear' }])
  expect(said('20x40', '70x30 0x9')).toMatchObject([{ is: 'clear' }])
})
test('silence, or no limit', () => {
  expect(said('90x30 _x10')).toMatchObject([{ is: 'unjudged' }])
  expect(judge(clientsNearLimit, load(1000, { 'cache_connections{target=a}': '90x40' }))).toMatchObject([{ is: 'unjudged' }])
})
