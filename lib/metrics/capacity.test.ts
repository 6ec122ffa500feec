import { describe, expect, it } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import { load } from '../../test/series.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import { projectedWithout } from './capacity.ts'

const pool = (weights: number[], more: Partial<PoolServer>[] = [], own: Partial<Pool> = {}): Pool => {
  const found = { ...poolOf('edge', 'app', weights), ...own }
  return { ...found, servers: found.servers.map((server, i) => ({ ...server, ...more[i] })) }
}
const names = (servers: PoolServer[]) => servers.map(({ name }) => name)

describe('who takes requests', () => {
  it('without one that leaves', () => {
    const of = pool([1, 1, 1], [{}, { state: 'down' }, { state: 'maint' }])
    expect(names(servingOf(of))).toEqual(['app1'])
    expect(servingOf(of, [of.servers[0]!])).toEqual([])
  })
  it('counts backups only when nothing else is left, and only the first where the product says so', () => {
    const backup = { backup: true, weightEffective: 0 }
    const of = pool([1, 1, 1], [{}, backup, backup])
    expect(names(servingOf(of))).toEqual(['app1'])
    expect(names(servingOf(of, [of.servers[0]!]))).toEqual(['app2', 'app3'])
    expect(names(servingOf({ ...of, firstBackupOnly: true }, [of.servers[0]!]))).toEqual(['app2'])
  })
})

/** Three servers at 10 requests a second each; `sessions` under way, `limit` of each. */
const window = (sessions: [number, number, number], limit: number) =>
  load(1_000, {
    ...Object.fromEntries([1, 2, 3].map((n) => [`pool_requests_total{target=edge,pool=app,server=app${n}}`, '0+10x40'])),
    ...Object.fromEntries(sessions.map((now, i) => [`pool_sessions{target=edge,pool=app,server=app${i + 1}}`, `${now}x40`])),
    ...(limit ? Object.fromEntries([1, 2, 3].map((n) => [`pool_sessions_max{target=edge,pool=app,server=app${n}}`, `${limit}x40`])) : {}),
  })

describe('the load that is left', () => {
  it('is rate by response of those who stay, not what the one that leaves made of it', () => {
    const of = pool([1, 1, 1])
    // app1 holds 50 sessions for its 10 requests a second; the others answer the same in 0.4 s.
    expect(projectedWithout(window([50, 4, 4], 20), of, [of.servers[0]!])).toMatchObject({
      rate: expect.closeTo(30, 0),
      sessions: expect.closeTo(12, 0),
      limit: 40,
    })
  })
  it('follows the weights, and takes a backup to be as fast as what it stands in for', () => {
    const of = pool([1, 3, 1], [{}, {}, { backup: true, weightEffective: 0 }])
    const both = projectedWithout(window([4, 4, 0], 20), of, [of.servers[0]!])!
    expect(names(both.servers)).toEqual(['app2'])
    expect(both.sessions).toBeCloseTo(8, 0)
    expect(names(projectedWithout(window([4, 4, 0], 20), of, of.servers.slice(0, 2))!.servers)).toEqual(['app3'])
    expect(projectedWithout(window([4, 4, 0], 20), of, of.servers.slice(0, 2))!.sessions).toBeCloseTo(8, 0)
  })
  it('has no limit where one of them has none, and is unknown where nothing was seen', () => {
    const of = pool([1, 1, 1])
    expect(projectedWithout(window([4, 4, 4], 0), of, [of.servers[0]!])!.limit).toBeNull()
    expect(projectedWithout(load(1_000, {}), of, [of.servers[0]!])).toBeNull()
  })
  it('names the one server that would be over its own limit, where keys choose the server', () => {
    const of = pool([1, 1, 9], [], { balances: 'hash' })
    const after = projectedWithout(window([4, 4, 4], 10), of, [of.servers[0]!])!
    expect(after.over).toMatchObject({ server: { name: 'app3' }, limit: 10 })
    expect(after.sessions).toBeLessThan(after.limit!)
  })
})
