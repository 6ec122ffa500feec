import { expect, test } from 'vitest'
import { fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../../../test/normal.ts'
import { replay } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Pool } from '../../model/topology.ts'
import { loadImbalance } from './load-imbalance.ts'

function fired(fault: PoolFault, options: { pool?: Pool; weights?: (t: number) => number[]; seed?: number } = {}) {
  const pool = options.pool ?? poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed: options.seed ?? 1, seconds: 260 }, 240, { fault, ...(options.weights ? { weights: options.weights } : {}) })
  const window = tape.window(260)
  return replay(loadImbalance, window, { topology: (at) => fleetAt(window, [pool], [], at) })
}
const sticky: PoolFault = (t, server, now) => {
  if (t >= 100 && t < 180) now.share = server === 'app2' ? 0.4 : 0.2
}

test('a server that gets far more than its weight says is found, and over when it is over', () => {
  const firings = fired(sticky)
  expect(firings).toHaveLength(1)
  expect(firings[0]).toMatchObject({
    subject: { target: 'edge', pool: 'app' },
    summary: expect.stringMatching(/app2 gets .* 25.0.% by weight/),
  })
  expect(firings[0]!.at - FROM).toBeLessThanOrEqual(145_000)
  expect(firings[0]!.resolvedAt! - FROM).toBeLessThanOrEqual(255_000)
})
test('a weight that is lowered, and put back, changes what is expected, not the verdict', () => {
  for (let seed = 1; seed <= 5; seed++)
    expect(
      fired(() => {}, { seed, weights: (t) => [100, 100, t >= 100 && t < 180 ? 13 : 100, 100] }),
      `seed ${seed}`,
    ).toEqual([])
})
test('a server that goes and comes back is no imbalance', () =>
  expect(
    fired((t, server, now) => {
      now.up = !(server === 'app3' && t >= 100 && t < 160)
    }),
  ).toEqual([]))
test('hashing is allowed its popular keys, and no more', () => {
  const nodes = [1, 2, 3, 4].map((i) => ({ name: `app${i}`, weight: 100 }))
  const ring = { algorithm: 'haproxy-consistent', nodes } as unknown as RingSpec
  const pool = poolOf('edge', 'app', [100, 100, 100, 100], { balances: 'hash', algorithm: 'uri consistent', ring })
  expect(fired(sticky, { pool })).toEqual([])
  const hot: PoolFault = (t, server, now) => {
    if (t >= 100 && t < 180) now.share = server === 'app2' ? 0.7 : 0.1
  }
  expect(fired(hot, { pool })).toMatchObject([{ summary: expect.stringMatching(/^app2 gets .* of the keys/) }])
})
test('is unjudged with few requests, one server, or no expectation', () => {
  const lines = (rate: number) =>
    Object.fromEntries([1, 2].map((i) => [`pool_requests_total{target=edge,pool=app,server=app${i}}`, `0+${rate * i}x60`]))
  const pool = poolOf('edge', 'app', [1, 1])
  expect(judge(loadImbalance, load(1000, lines(1)), { pools: [pool] })).toMatchObject([
    { is: 'unjudged', because: '180 requests; 200 needed' },
  ])
  expect(judge(loadImbalance, load(1000, lines(10)), { pools: [pool] })).toMatchObject([{ is: 'found' }])
  expect(judge(loadImbalance, load(1000, lines(10)), { pools: [poolOf('edge', 'app', [1])] })).toMatchObject([{ is: 'unjudged' }])
  expect(judge(loadImbalance, load(1000, lines(10)), { pools: [{ ...pool, balances: 'load', algorithm: 'leastconn' }] })).toMatchObject([
    { is: 'unjudged', because: 'leastconn promises no share to compare the traffic with' },
  ])
  const hash = { ...pool, balances: 'hash' as const, algorithm: 'uri' }
  const because = 'its hash-type is not understood'
  expect(judge(loadImbalance, load(1000, lines(10)), { pools: [{ ...hash, ringBecause: because }] })).toMatchObject([
    { is: 'unjudged', because },
  ])
})
