import { expect, test } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import type { RingSpec } from '../model/ring.ts'
import { tunable } from './tunable.ts'

const ring = (options = {}): RingSpec => ({
  algorithm: 'haproxy-map',
  nodes: [{ name: 'a' }, { name: 'b' }, { name: 'c', weight: 2 }],
  options,
})

test('a round robin by table needs one other line and moves nothing', () => {
  const pool = { ...poolOf('edge', 'app', [1, 1]), algorithm: 'static-rr', liveWeights: false, fixedWeights: true }
  expect(tunable(pool)).toEqual({ lines: 'backend app\n    balance roundrobin', moves: expect.stringContaining('moves nothing') })
})
test('a table of keys becomes a circle, at the exact price of keys that move once', () => {
  const pool = { ...poolOf('edge', 'app', [1, 1]), balances: 'hash' as const, liveWeights: false, fixedWeights: true, ring: ring() }
  expect(tunable(pool)!.lines).toBe('backend app\n    hash-type consistent')
  // Independent shares near 1/4, 1/4, 1/2: 1 - (1/16 + 1/16 + 1/4), but for how a circle of few points falls.
  const moved = Number(/moves ([\d.]+)\u00a0%/.exec(tunable(pool)!.moves)![1])
  expect(moved).toBeGreaterThan(55)
  expect(moved).toBeLessThan(70)
  expect(tunable({ ...pool, ring: ring({ function: 'djb2' }) })!.lines).toContain('hash-type consistent djb2 avalanche')
})
test('nothing where weights go live, or nothing says how it hashes', () => {
  expect(tunable(poolOf('edge', 'app', [1, 1]))).toBeNull()
  expect(tunable({ ...poolOf('edge', 'app', [1, 1]), balances: 'hash', liveWeights: false, fixedWeights: true })).toBeNull()
})
