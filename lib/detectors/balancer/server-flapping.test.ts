import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import type { ServerState } from '../../model/topology.ts'
import { serverFlapping } from './server-flapping.ts'

function said(up: string, state: ServerState = 'up', more: Record<string, string> = {}) {
  const pool = poolOf('edge', 'app', [1])
  pool.servers[0]!.state = state
  return judge(serverFlapping, load(1000, { 'pool_up{target=edge,pool=app,server=app1}': up, ...more }), { pools: [pool] })
}

test('five seconds down, five up: found at the second fall', () => {
  expect(said('1x30 0x4 1x4')).toMatchObject([{ is: 'clear' }])
  expect(said('1x30 0x4 1x4 0')).toMatchObject([
    {
      is: 'found',
      subject: { target: 'edge', pool: 'app', server: 'app1' },
      summary: expect.stringMatching(/2 times in 1.min/),
      evidence: [{ value: 2 }, { value: 5 }],
    },
  ])
})
test('two falls within 25 s are enough; two a day apart are two restarts', () => {
  expect(said('1x10 0x5 1x18 0x2')).toMatchObject([{ is: 'found' }])
  expect(said('1x10 0x5 1x80 0x2')).toMatchObject([{ is: 'clear' }])
})
test('is clear a minute after the last fall', () => {
  expect(said('1x10 0x4 1x4 0x4 1x30')).toMatchObject([{ is: 'found' }])
  expect(said('1x10 0x4 1x4 0x4 1x61')).toMatchObject([{ is: 'clear' }])
})
test('taken out on purpose, a lost poll, silence', () => {
  expect(said('1x10 0x4 1x4 0x4', 'drain')).toMatchObject([{ is: 'clear' }])
  expect(said('1x10 _x3 1x10 _ 1x5')).toMatchObject([{ is: 'clear' }])
  expect(said('1x10 0 1 0', 'up', { x: '0x40' })).toMatchObject([{ is: 'unjudged' }])
})
