import { expect, test } from 'vitest'
import { replay } from '../../../test/replay.ts'
import { judge, load } from '../../../test/series.ts'
import { replicationBroken } from './replication-broken.ts'

const lines = (link: string, more: Record<string, string> = {}) => ({ 'redis_master_link_up{target=r}': link, ...more })

test('a link that stays down is found, a primary that restarts is not', () => {
  expect(replay(replicationBroken, load(1000, lines('1x30 0x29')))).toMatchObject([
    { subject: { target: 'r' }, severity: 'critical', summary: expect.stringMatching(/^r has no link to its primary/) },
  ])
  expect(replay(replicationBroken, load(1000, lines('1x30 0x6 1x22')))).toEqual([])
})
test('says for how long it heard nothing', () =>
  expect(judge(replicationBroken, load(1000, lines('0x20', { 'redis_master_last_io_seconds_ago{target=r}': '0+1x20' })))).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/silent for 20.s/) },
  ]))
test('a full copy under way, silence and a primary', () => {
  expect(judge(replicationBroken, load(1000, lines('0x20', { 'redis_master_sync_in_progress{target=r}': '1x20' })))).toMatchObject([
    { is: 'unjudged' },
  ])
  expect(judge(replicationBroken, load(1000, lines('0x20 _x10')))).toMatchObject([{ is: 'unjudged' }])
  expect(judge(replicationBroken, load(1000, {}))).toEqual([])
})
