import { readFileSync } from 'node:fs'
import type { RingSpec } from '../../lib/model/ring.ts'

// From the C library libmemcached 1.1.4 (memcached_generate_hash) and from npm hashring 3.2.0 (get), for these same keys.
type Captured = { behavior?: string; servers: [address: string, weight: number][]; points?: number[]; owners: string }

export const CAPTURED_KEYS = [
  ...Array.from({ length: 1500 }, (_, i) => `key:${i * 7919}`),
  ...Array.from({ length: 500 }, (_, i) => `ключ-${i * 104729}-é`),
]

/** A ring and where the real client sent each of `CAPTURED_KEYS`: the owner's place among the nodes, a digit each. */
export type CapturedRing = { name: string; spec: RingSpec; owners: string }

function ringsOf(file: string, program: (one: Captured) => Pick<RingSpec, 'algorithm' | 'options'>): CapturedRing[] {
  const path = new URL(`../../lib/rings/fixtures/${file}.json`, import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as Captured[]).map((one) => ({
    name: `${one.behavior ?? file}, ${one.servers.length} servers`,
    spec: {
      ...program(one),
      nodes: one.servers.map(([name, weight], i) => ({ name, weight, ...(one.points ? { points: one.points[i]! } : {}) })),
    },
    owners: one.owners,
  }))
}

export const libmemcachedRings = (): CapturedRing[] =>
  ringsOf('libmemcached-1.1.4', ({ behavior }) => ({ algorithm: 'libmemcached', options: { weighted: behavior === 'KETAMA_WEIGHTED' } }))
export const hashringRings = (): CapturedRing[] =>
  ringsOf('hashring-3.2.0', () => ({ algorithm: 'ketama', options: { client: 'hashring' } }))
