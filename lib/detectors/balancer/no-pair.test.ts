import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import type { Pool, TargetFacts } from '../../model/topology.ts'
import { noPair } from './no-pair.ts'

const target = (name: string, host: string, state: TargetFacts['state'] = 'up', alone = true): TargetFacts => ({
  name,
  kind: 'any',
  state,
  host,
  ...(alone ? { can: { alone: true as const } } : {}),
  capabilities: [],
})
const name = (...addresses: string[]): Pool => ({
  ...poolOf(
    'front',
    'shop.example',
    addresses.map(() => 1),
  ),
  ttlMs: 60_000,
  servers: addresses.map((address, id) => ({ name: address, address, id, weightSet: 1, weightEffective: 1, state: 'up' })),
})
const FRONT = target('front', 'shop.example', 'up', false)
const said = (targets: TargetFacts[], pools: Pool[]) => judge(noPair, load(1_000, {}), { targets, pools })
const APP = poolOf('edge', 'app', [1, 1])

test('a second balancer that does not answer is found, one that does is a pair', () => {
  const pools = [APP, poolOf('edge-2', 'app', [1, 1])]
  expect(said([target('edge', '10.0.0.1'), target('edge-2', '10.0.0.2')], pools)).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
  expect(said([target('edge', '10.0.0.1'), target('edge-2', '10.0.0.2', 'down')], pools)).toMatchObject([
    {
      subject: { target: 'edge' },
      is: 'found',
      severity: 'warning',
      summary: 'Nothing takes over from edge now: edge-2 with the same servers does not answer',
    },
    { subject: { target: 'edge-2' }, is: 'unjudged' },
  ])
})

test('a name that leads to one balancer alone is told once, of the balancer', () => {
  expect(said([target('edge', '10.0.0.1'), FRONT], [APP, name('10.0.0.1')])).toMatchObject([
    { subject: { target: 'edge' }, is: 'found', severity: 'info', summary: expect.stringContaining('shop.example leads to it alone') },
    { subject: { target: 'front', pool: 'shop.example' }, is: 'clear' },
  ])
  expect(said([FRONT], [name('192.0.2.1')])).toMatchObject([
    { is: 'found', severity: 'info', summary: 'shop.example has one address, 192.0.2.1' },
  ])
  expect(said([target('edge', '10.0.0.1'), FRONT], [APP, name('10.0.0.1', '10.0.0.2')])).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
})

test('what nobody can know is unjudged, and what is not one process is no subject', () => {
  expect(said([target('edge', '10.0.0.1')], [APP])).toMatchObject([
    { is: 'unjudged', because: expect.stringContaining('no other balancer') },
  ])
  expect(said([target('edge', 'eu-west-1', 'up', false)], [APP])).toEqual([])
  expect(said([target('cache', '10.0.0.7')], [])).toEqual([])
  expect(said([target('front', 'shop.example', 'down', false)], [name('10.0.0.1')])).toMatchObject([{ is: 'unjudged' }])
})
