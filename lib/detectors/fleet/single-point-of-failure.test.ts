import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { singlePointOfFailure } from './single-point-of-failure.ts'

const target = (name: string, kind: string, more: Partial<TargetFacts> = {}): TargetFacts => ({
  name,
  kind,
  ...(kind === 'redis' && { can: { replicas: true } }),
  state: 'up',
  capabilities: [],
  ...more,
})
const edge = target('edge', 'haproxy')
const store = target('sessions', 'redis', { role: 'store' })

test('a pool of one, or with one left, is a note', () => {
  expect(judge(singlePointOfFailure, load(1000, {}), { targets: [edge], pools: [poolOf('edge', 'app', [1])] })).toMatchObject([
    { subject: { target: 'edge', pool: 'app' }, is: 'found', severity: 'info', summary: 'app1 is the only server of app that there is' },
  ])
  const two = poolOf('edge', 'app', [1, 1])
  two.servers[0]!.state = 'down'
  expect(judge(singlePointOfFailure, load(1000, {}), { targets: [edge], pools: [two] })).toMatchObject([
    { is: 'found', summary: 'app2 is the only server of app that is up' },
  ])
  expect(judge(singlePointOfFailure, load(1000, {}), { targets: [edge], pools: [poolOf('edge', 'app', [1, 1])] })).toMatchObject([
    { is: 'clear' },
  ])
})
test('servers that are not read may be the second one; where two are known, others do not matter', () => {
  const said = (up: number, more: { serversLeft?: number; serversBecause?: string }) =>
    judge(singlePointOfFailure, load(1000, {}), {
      targets: [edge],
      pools: [{ ...poolOf('edge', 'app', new Array(up).fill(1)), ...more }],
    })
  for (const more of [{ serversLeft: 3 }, { serversBecause: 'only those that have answered are known' }]) {
    for (const up of [0, 1])
      expect(said(up, more)).toMatchObject([{ is: 'unjudged', because: expect.stringMatching(/not read|other servers/) }])
    expect(said(2, more)).toMatchObject([{ is: 'clear' }])
  }
})
test('a store needs a replica, a cache does not, and a replica is one', () => {
  const said = (lines: Record<string, string>, one = store) => judge(singlePointOfFailure, load(1000, lines), { targets: [one] })
  expect(said({ 'redis_connected_slaves{target=sessions}': '0x20' })).toMatchObject([{ is: 'found', severity: 'info' }])
  expect(said({ 'redis_connected_slaves{target=sessions}': '1x20' })).toMatchObject([{ is: 'clear' }])
  expect(said({ 'redis_connected_slaves{target=sessions}': '0x20', 'redis_master_link_up{target=sessions}': '1x20' })).toMatchObject([
    { is: 'clear' },
  ])
  expect(said({})).toMatchObject([{ is: 'unjudged' }])
  expect(said({ 'redis_connected_slaves{target=c}': '0x20' }, target('c', 'redis', { role: 'cache' }))).toEqual([])
})
