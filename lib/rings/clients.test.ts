import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { locate } from './evaluate.ts'

// Captured from the C library libmemcached 1.1.4 (memcached_generate_hash) and from npm hashring 3.2.0 (get), for these same keys.
type Captured = { behavior?: string; servers: [address: string, weight: number][]; points?: number[]; owners: string }
const read = (name: string): Captured[] => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))

const keys = [
  ...Array.from({ length: 1500 }, (_, i) => `key:${i * 7919}`),
  ...Array.from({ length: 500 }, (_, i) => `ключ-${i * 104729}-é`),
]

function owners(spec: RingSpec): string {
  const at = new Map(spec.nodes.map(({ name }, i) => [name, i]))
  const computed = locate(spec)
  return keys.map((key) => at.get(computed(key)!)).join('')
}
const nodesOf = ({ servers, points }: Captured) =>
  servers.map(([name, weight], i) => ({ name, weight, ...(points ? { points: points[i]! } : {}) }))

test.each(read('libmemcached-1.1.4').map((one) => [`${one.behavior}, ${one.servers.length} servers`, one] as const))(
  'libmemcached %s',
  (_, one) => {
    expect(owners({ algorithm: 'libmemcached', nodes: nodesOf(one), options: { weighted: one.behavior === 'KETAMA_WEIGHTED' } })).toBe(
      one.owners,
    )
  },
)

test.each(read('hashring-3.2.0').map((one) => [one.servers.length, one] as const))('hashring, %d servers', (_, one) => {
  expect(owners({ algorithm: 'ketama', nodes: nodesOf(one), options: { client: 'hashring' } })).toBe(one.owners)
})
