import { expect, test } from 'vitest'
import type { RingSpec } from '../../model/ring.ts'
import { consistentOf, tunableOf } from './written.ts'

const table: RingSpec = { algorithm: 'haproxy-map', nodes: [{ name: 'a' }, { name: 'b' }], options: {} }
const hashing = { balances: 'hash', fixedWeights: true } as const

test('a round robin by table needs one other line and keeps its shares', () => {
  expect(tunableOf('app', { balances: 'weight', fixedWeights: true }, undefined)).toEqual({ lines: 'backend app\n    balance roundrobin' })
})
test('a table of keys becomes a circle; a function that is named needs its avalanche named', () => {
  expect(tunableOf('app', hashing, table)).toEqual({
    lines: 'backend app\n    hash-type consistent',
    becomes: { ...table, algorithm: 'haproxy-consistent' },
  })
  const named = tunableOf('app', hashing, { ...table, options: { function: 'djb2' } })!
  expect(named.lines).toBe('backend app\n    hash-type consistent djb2 avalanche')
  expect(named.becomes!.options).toEqual({ function: 'djb2', avalanche: true })
  expect(consistentOf(named)).toMatchObject({ advice: expect.stringContaining('hash-type consistent djb2'), becomes: named.becomes })
})
test('nothing where weights go live, or nothing says how it hashes', () => {
  expect(tunableOf('app', { balances: 'hash' }, { ...table, algorithm: 'haproxy-consistent' })).toBeUndefined()
  expect(tunableOf('app', hashing, undefined)).toBeUndefined()
  expect(consistentOf(undefined)).toBeUndefined()
})
