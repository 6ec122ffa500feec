import { expect, test } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import { emptyTopology, type Pool, type Topology } from '../model/topology.ts'
import { trafficMoved } from './trafficMoved.ts'

const with_ = (pool: Partial<Pool> = {}, weights = [100, 100, 100, 100]): Topology => ({
  ...emptyTopology(),
  pools: [poolOf('edge', 'app', weights, pool)],
  rings: [
    {
      name: 'products',
      spec: {
        algorithm: 'ketama',
        nodes: ['a', 'b'].map((name, i) => ({ name, address: `127.0.0.1:638${i}`, points: 160 })),
      },
      version: 1,
      control: { target: 'a', key: 'k' },
      nodes: ['a', 'b'].map((name, i) => ({ name, address: `127.0.0.1:638${i}`, points: 160 })),
      followers: [],
    },
  ],
})
const step = (name: string, after: string, before?: string, target = 'edge') => ({
  setting: { target, name },
  after,
  ...(before && { before }),
})

test.each([
  ['a weight to nothing', [step('app/app1/weight', '0')], 1 / 4],
  ['a server that is drained', [step('app/app1/state', 'drain')], 1 / 4],
  ['a weight that is halved', [step('app/app1/weight', '50')], 1 / 4 - 50 / 350],
  ['what is written, not what was seen a moment ago', [step('app/app1/weight', '50', '60')], 60 / 360 - 50 / 350],
  ['two that change places', [step('app/app1/weight', '0'), step('app/app2/weight', '200')], 1 / 4],
  ['what stays as it is', [step('app/app1/weight', '100')], undefined],
  ['a limit of requests', [step('app/app1/maxconn', '10')], undefined],
  ['no server of a pool', [step('config/maxmemory', '10', '5', 'cache')], undefined],
])('%s', (_what, steps, share) => {
  const moved = trafficMoved(steps, with_())
  expect(moved).toEqual(share === undefined ? [] : [{ of: 'pool:edge/app', share: expect.closeTo(share, 12) }])
})

test('a server that comes back from weight 0, and one that returns to service', () => {
  expect(trafficMoved([step('app/app1/weight', '100')], with_({}, [0, 100]))[0]?.share).toBeCloseTo(1 / 2, 12)
  const topology = with_({}, [100, 100])
  topology.pools[0]!.servers[0]!.state = 'maint'
  expect(trafficMoved([step('app/app1/state', 'ready')], topology)[0]?.share).toBeCloseTo(1 / 2, 12)
})

test('a pool that is balanced by load counts by its weights', () =>
  expect(trafficMoved([step('app/app1/weight', '0')], with_({ balances: 'load' }))[0]?.share).toBeCloseTo(1 / 4, 12))

test('the points of a ring by what each node owns, exactly', () => {
  const [moved, ...more] = trafficMoved([step('products/a/points', '80', '160', 'ring:products')], with_())
  expect(more).toEqual([])
  expect(moved!.of).toBe('ring:products')
  expect(moved!.share).toBeGreaterThan(0.1)
  expect(moved!.share).toBeLessThan(0.25)
})

test('the whole of a pool that is left without a server', () =>
  expect(trafficMoved([step('app/app1/weight', '0')], with_({}, [100]))[0]?.share).toBe(1))
