import { expect, test } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import { type MovingAddress, takeoverOf } from './takeover.ts'
import type { Pool, TargetFacts } from './topology.ts'

const balancer = (name: string, host: string | undefined, state: TargetFacts['state'] = 'up'): TargetFacts => ({
  name,
  kind: 'a balancer',
  can: { alone: true },
  state,
  ...(host === undefined ? {} : { host }),
  capabilities: [],
})
const app = (target: string) => poolOf(target, 'app', [1, 1])
const name = (addresses: [address: string, state?: 'up' | 'down'][]): Pool => ({
  ...poolOf('names', 'shop.example', []),
  ttlMs: 60_000,
  servers: addresses.map(([address, state = 'up'], i) => ({ name: address, address, id: i, weightSet: 1, weightEffective: 1, state })),
})
const of = (targets: TargetFacts[], pools: Pool[]) => takeoverOf(targets[0]!, { targets, pools })
const EDGE = balancer('edge', '10.0.0.1')

test('a second balancer with the same servers takes over while it answers', () => {
  const pools = [app('edge'), app('edge-2')]
  expect(of([EDGE, balancer('edge-2', '10.0.0.2')], pools)).toEqual({ is: 'ready', words: 'edge-2 has the same servers' })
  expect(of([EDGE, balancer('edge-2', '10.0.0.2', 'down')], pools)).toEqual({
    is: 'lost',
    words: 'edge-2 with the same servers does not answer',
  })
  expect(of([EDGE, balancer('edge-2', undefined)], pools).is).toBe('ready')
})

test.each([
  ['on the same machine', balancer('edge-2', '10.0.0.1'), [app('edge'), app('edge-2')]],
  ['that is seen through a provider or an exporter', { ...balancer('edge-2', '10.0.0.2'), can: {} }, [app('edge'), app('edge-2')]],
  ['with other servers', balancer('edge-2', '10.0.0.2'), [app('edge'), poolOf('edge-2', 'app', [1])]],
  ['with pools without servers', balancer('edge-2', '10.0.0.2'), [poolOf('edge', 'app', []), poolOf('edge-2', 'app', [])]],
])('one %s is no pair', (_, other, pools) => {
  expect(of([EDGE, other], pools).is).toBe('unknown')
})

test.each([
  [[['10.0.0.1:443'], ['10.0.0.2:443']], 'ready', 'shop.example has further addresses'],
  [[['10.0.0.1'], ['10.0.0.2']], 'ready', 'shop.example has further addresses'],
  [[['10.0.0.1:443'], ['10.0.0.2:443', 'down']], 'lost', 'no other address of shop.example answers'],
  [[['10.0.0.1:443']], 'none', 'shop.example leads to it alone'],
  [[['10.0.0.9:443'], ['10.0.0.8:443']], 'unknown', 'no other balancer with its servers is watched, and no name that leads to it'],
] as const)('a name with %j: %s', (addresses, is, words) => {
  expect(of([EDGE], [app('edge'), name(addresses.map(([address, state]) => [address, state]))])).toEqual({ is, words })
})

test('addresses of version 6 are compared as the target has them', () => {
  const edge = balancer('edge', '[fd00::1]')
  expect(of([edge], [app('edge'), name([['[fd00::1]:443'], ['[fd00::2]:443']])]).is).toBe('ready')
  expect(of([edge], [app('edge'), name([['fd00::1']])]).is).toBe('none')
})

test('a name is no second balancer, though its addresses are the servers of one', () => {
  const servers = name([['10.0.0.1:80'], ['10.0.0.2:80']])
  expect(of([balancer('edge', '10.9.9.9'), { ...EDGE, name: 'names' }], [app('edge'), servers]).is).toBe('unknown')
})

test('an address that moves by VRRP to another machine takes over, and what is not told of it is not concluded', () => {
  type State = MovingAddress['members'][number]['state']
  const moving = (other: State, here = '10.0.0.1'): MovingAddress[] => [
    {
      address: '10.0.0.100',
      vrid: '51',
      members: [
        { target: 'v1', host: here, state: 'master' },
        { target: 'v2', host: '10.0.0.2', state: other },
      ],
    },
  ]
  const by = (other: State, here?: string) =>
    takeoverOf(EDGE, { targets: [EDGE], pools: [app('edge'), name([['10.0.0.1:443']])] }, moving(other, here))
  expect(by('backup')).toEqual({ is: 'ready', words: '10.0.0.100 moves to the machine of v2 (VRRP, backup there)' })
  expect(by('master').is).toBe('ready')
  expect(by('fault')).toEqual({ is: 'lost', words: '10.0.0.100 moves to no other machine: VRRP is in fault at v2' })
  expect(by('unknown')).toEqual({ is: 'unknown', words: 'whether 10.0.0.100 would move is not told by v2' })
  // Of another machine, or of one alone: what else is known counts.
  expect(by('backup', '10.0.0.9').is).toBe('none')
  expect(
    takeoverOf(EDGE, { targets: [EDGE], pools: [app('edge')] }, [
      { ...moving('backup')[0]!, members: moving('backup')[0]!.members.slice(0, 1) },
    ]).is,
  ).toBe('unknown')
  // A second balancer that answers takes over too, whatever VRRP says.
  const pools = [app('edge'), app('edge-2')]
  expect(takeoverOf(EDGE, { targets: [EDGE, balancer('edge-2', '10.0.0.2')], pools }, moving('fault')).is).toBe('ready')
})

test('pods of one service are a pair where two are ready; one alone is none, and one that is not ready is no second', () => {
  const cluster = (...members: [host: string, ready: boolean][]): TargetFacts => ({
    ...balancer('prod', 'kubernetes.example'),
    can: {},
    services: [
      { name: 'shop/cache', members: [{ host: '10.9.9.9', ready: true }] },
      { name: 'shop/edge', members: members.map(([host, ready]) => ({ host, ready })) },
    ],
  })
  const said = (...members: [string, boolean][]) => of([EDGE, cluster(...members)], [app('edge')])
  expect(said(['10.0.0.1', true], ['10.0.0.2', true])).toEqual({ is: 'ready', words: 'one more pod of shop/edge is ready' })
  expect(said(['10.0.0.1', true], ['10.0.0.2', true], ['10.0.0.3', true]).words).toBe('2 more pods of shop/edge are ready')
  expect(said(['10.0.0.1', true])).toEqual({ is: 'none', words: 'it is the one pod of shop/edge' })
  expect(said(['10.0.0.1', true], ['10.0.0.2', false])).toEqual({ is: 'lost', words: 'no other pod of shop/edge is ready' })
  expect(said(['10.0.0.8', true]).is).toBe('unknown')
  // Another pod that is watched says the same sooner.
  expect(of([EDGE, balancer('edge-2', '10.0.0.2'), cluster(['10.0.0.1', true])], [app('edge'), app('edge-2')]).is).toBe('ready')
})
