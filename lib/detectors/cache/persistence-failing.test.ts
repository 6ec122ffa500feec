import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { persistenceFailing } from './persistence-failing.ts'

const store = { targets: [{ name: 'a', kind: 'redis', role: 'store' as const, state: 'up' as const, capabilities: [] }] }
const said = (rdb: string, more: Record<string, string> = {}, topology = {}) =>
  judge(persistenceFailing, load(1000, { 'redis_rdb_last_bgsave_status{target=a}': rdb, ...more }), topology)

test('a snapshot or an append-only file that fails is found; in a store it is critical', () => {
  expect(said('1x20 0x9')).toMatchObject([{ is: 'found', severity: 'warning', summary: 'a failed its last snapshot' }])
  expect(said('1x29', { 'redis_aof_last_write_status{target=a}': '1x20 0x8' }, store)).toMatchObject([
    { is: 'found', severity: 'critical', summary: expect.stringContaining('append-only file') },
  ])
})
test('all well, also after a failure and through a gap; silence is unjudged', () => {
  expect(said('1x29')).toMatchObject([{ is: 'clear' }])
  expect(said('1x5 0x5 _x3 1x9')).toMatchObject([{ is: 'clear' }])
  expect(said('0x10 _x10')).toMatchObject([{ is: 'unjudged' }])
  expect(judge(persistenceFailing, load(1000, { 'cache_hits_total{target=m}': '0x9' }))).toEqual([])
})
