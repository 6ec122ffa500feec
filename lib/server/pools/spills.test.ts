import { expect, it } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { loadImbalance } from '../../detectors/balancer/load-imbalance.ts'
import type { RingSpec } from '../../model/ring.ts'
import { poolSpills } from '../../rings/poolShares.ts'
import { spillsOf } from './spills.ts'

/** A ring of few points, so that its shares are uneven. */
const bounded = (hashBalanceFactor?: number) => {
  const pool = poolOf('mesh', 'app', [1, 1, 1])
  const ring: RingSpec = {
    algorithm: 'envoy-ring-hash',
    nodes: pool.servers.map(({ name }) => ({ name })),
    options: { minimumRingSize: 3, maximumRingSize: 3, ...(hashBalanceFactor === undefined ? {} : { hashBalanceFactor }) },
  }
  return { ...pool, balances: 'hash' as const, ring }
}
const NOBODY = () => null

it('foresees what goes on to others from the ring, and says who is at the bound now', () => {
  const pool = bounded(110)
  const spills = poolSpills(pool)!
  const [busiest, { owned }] = [...spills].reduce((a, b) => (b[1].owned > a[1].owned ? b : a))
  expect(owned).toBeGreaterThan(0.4)
  const [rule, foreseen, ...none] = spillsOf(pool, NOBODY)!
  expect(rule).toMatch(/^Each server takes at most 1\.10.? its part/)
  expect(foreseen).toContain(`${busiest} owns`)
  expect(none).toEqual([])
  // 100 + 1 under way by 110 %: 112 slots, 38 each.
  const now = spillsOf(pool, (server) => (server === busiest ? 60 : 20))!
  expect(now[2]).toBe(`Now at their bound: ${busiest} (60 under way, 38 allowed).`)
  expect(spillsOf(bounded(), NOBODY)).toBeUndefined()
})

it('the rule of uneven load takes a server that is within its bound for well', () => {
  const pool = bounded(150)
  const spills = poolSpills(pool)!
  // The one with the fewest keys takes as much as it may: what the others hand on.
  const [least] = [...spills].reduce((a, b) => (b[1].owned < a[1].owned ? b : a))
  const rates = new Map([...spills].map(([name, { owned, most }]) => [name, name === least ? most : owned * 0.6]))
  const sum = [...rates.values()].reduce((a, b) => a + b, 0)
  const lines = Object.fromEntries([...rates].map(([name, rate]) => [`pool_requests_total{target=mesh,pool=app,server=${name}}`, `0+${Math.round((900 * rate) / sum)}x480`])) // biome-ignore format: a line a server
  const said = (made: typeof pool) => judge(loadImbalance, load(1000, lines), { pools: [made] })
  expect(said(pool)).toMatchObject([{ is: 'clear' }])
  expect(said(bounded())).toMatchObject([{ is: 'found' }])
})
