import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import type { ServerState } from '../../model/topology.ts'
import { serverDown } from './server-down.ts'

const edge = { name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] }
function said(states: ServerState[], more = edge as typeof edge | (Omit<typeof edge, 'state'> & { state: 'down' })) {
  const pool = poolOf('edge', 'app', [1, 1, 1])
  pool.servers = pool.servers.map((server, i) => ({ ...server, state: states[i]! }))
  return judge(serverDown, load(1000, { 'pool_up{target=edge,pool=app,server=app2}': '1x5 0x3' }), { targets: [more], pools: [pool] })
}

test('names the server and what is left', () =>
  expect(said(['up', 'down', 'up'])).toMatchObject([
    { is: 'clear' },
    {
      subject: { target: 'edge', pool: 'app', server: 'app2' },
      is: 'found',
      severity: 'critical',
      summary: 'app2 in app is down: 2 of 3 left',
    },
    { is: 'clear' },
  ]))
test('says when nothing is left', () =>
  expect(said(['down', 'down', 'down'])[0]).toMatchObject({ summary: expect.stringMatching(/nothing is left/) }))
test('who is out on purpose is not down', () =>
  expect(said(['maint', 'drain', 'up']).map(({ is }) => is)).toEqual(['clear', 'clear', 'clear']))
test('out of sight is not down', () =>
  expect(said(['up', 'down', 'up'], { ...edge, state: 'down' }).every(({ is }) => is === 'unjudged')).toBe(true))
