import { expect, test } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import type { RingSpec } from '../model/ring.ts'
import { tunable } from './tunable.ts'

const table: RingSpec = { algorithm: 'haproxy-map', nodes: [{ name: 'a' }, { name: 'b' }, { name: 'c', weight: 2 }] }
const pool = poolOf('edge', 'app', [1, 1])

test('a switch that keeps the shares moves nothing', () => {
  expect(tunable({ ...pool, tunable: { lines: 'balance roundrobin' } })).toEqual({
    lines: 'balance roundrobin',
    moves: expect.stringContaining('moves nothing'),
  })
})
test('a table of keys becomes a circle, at the exact price of keys that move once', () => {
  const becomes: RingSpec = { ...table, algorithm: 'haproxy-consistent' }
  const { lines, moves } = tunable({ ...pool, ring: table, tunable: { lines: 'hash-type consistent', becomes } })!
  expect(lines).toBe('hash-type consistent')
  // Independent shares near 1/4, 1/4, 1/2: 1 - (1/16 + 1/16 + 1/4), but for how a circle of few points falls.
  const moved = Number(/moves ([\d.]+)\u00a0%/.exec(moves)![1])
  expect(moved).toBeGreaterThan(55)
  expect(moved).toBeLessThan(70)
})
test('nothing where the product names no lines', () => {
  expect(tunable(pool)).toBeNull()
})
