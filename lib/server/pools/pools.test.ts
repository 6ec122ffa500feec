import { expect, it } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { shareByWeight } from '../../metrics/traffic.ts'
import type { RingSpec } from '../../model/ring.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool } from '../../model/topology.ts'
import { sharesExpected } from '../../predictions/sharesExpected.ts'
import { poolRing } from '../../rings/poolRing.ts'

/** The active server is down; two backups stand by. */
const failedOver = (more: Partial<Pool> = {}): Pool => {
  const pool = poolOf('edge', 'app', [1, 1, 1], more)
  const [active, ...backups] = pool.servers
  return {
    ...pool,
    servers: [{ ...active!, state: 'down', weightEffective: 0 }, ...backups.map((server) => ({ ...server, backup: true }))],
  }
}

it('sends requests to the first backup alone where the product does, on the page as in the rule', () => {
  const pool = failedOver({ firstBackupOnly: true })
  expect(servingOf(pool).map(({ name }) => name)).toEqual(['app2'])
  const shares = new Map([['app1', 0], ['app2', 1], ['app3', 0]]) // biome-ignore format: a table
  expect(shareByWeight(pool)).toEqual(shares)
  expect(sharesExpected(pool)).toEqual(shares)
})

it('sends them to all backups where the product does', () => {
  expect(sharesExpected(failedOver())).toEqual(new Map([['app1', 0], ['app2', 0.5], ['app3', 0.5]])) // biome-ignore format: a table
})

it('leaves a backup that waits behind the first out of the ring', () => {
  const ring: RingSpec = { algorithm: 'haproxy-consistent', nodes: ['app2', 'app3'].map((name, i) => ({ name, id: i + 2, weight: 1 })) }
  const pool = failedOver({ firstBackupOnly: true, balances: 'hash', ring })
  expect(poolRing(pool)!.nodes.map(({ state }) => state)).toEqual(['up', 'down'])
  expect(sharesExpected(pool)).toEqual(new Map([['app2', 1], ['app3', 0]])) // biome-ignore format: a table
})
