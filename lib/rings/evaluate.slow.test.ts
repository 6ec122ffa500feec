import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { evaluate } from './evaluate.ts'
import { locate, placeRing } from './placement.ts'

const nodes = (count: number, more: object = {}) => Array.from({ length: count }, (_, i) => ({ name: `10.0.0.${i + 1}:6379`, ...more }))
const total = (shares: Record<string, number>) => Object.values(shares).reduce((all, share) => all + share, 0)
const refusal = (question: unknown) => {
  try {
    evaluate(question as { before: unknown })
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`
  }
  return 'nothing'
}

const every: RingSpec[] = [
  { algorithm: 'ketama', nodes: nodes(5, { points: 160 }) },
  { algorithm: 'ketama', nodes: nodes(7), options: { client: 'hashring' } },
  { algorithm: 'haproxy-consistent', nodes: nodes(5, { weight: 10 }) },
  { algorithm: 'haproxy-map', nodes: nodes(5, { weight: 10 }), options: { function: 'djb2', avalanche: true } },
  { algorithm: 'nginx-consistent', nodes: nodes(5) },
  { algorithm: 'nginx-hash', nodes: nodes(5) },
  { algorithm: 'twemproxy-ketama', nodes: nodes(5) },
  { algorithm: 'twemproxy-modula', nodes: nodes(5), options: { hash: 'crc32' } },
  { algorithm: 'libmemcached', nodes: nodes(5), options: { weighted: true } },
  { algorithm: 'envoy-ring-hash', nodes: nodes(5) },
  { algorithm: 'envoy-maglev', nodes: nodes(5), options: { tableSize: 1009 } },
  {
    algorithm: 'redis-cluster',
    nodes: [
      { name: 'a', slots: [[0, 8000]] },
      { name: 'b', slots: [[8001, 16383]] },
    ],
  },
]

test.each(every.map((spec) => [spec.algorithm, spec] as const))('%s: shares are what keys do, and removing a node is exact', (_, spec) => {
  const after = { ...spec, nodes: spec.nodes.slice(1) }
  const keys = Array.from({ length: 40_000 }, (_, i) => `product:${(i * 2654435761) % 4294967296}`)
  const answer = evaluate({ before: spec, after, keys })
  expect(total(answer.before.shares)).toBeCloseTo(1, 9)
  const owned: Record<string, number> = {}
  let moved = 0
  for (const [i, owner] of answer.owners!.before.entries()) {
    owned[owner!] = (owned[owner!] ?? 0) + 1 / keys.length
    if (owner !== answer.owners!.after![i]) moved += 1 / keys.length
  }
  for (const [name, share] of Object.entries(answer.before.shares)) expect(Math.abs(share - (owned[name] ?? 0))).toBeLessThan(0.012)
  expect(Math.abs(answer.moved! - moved)).toBeLessThan(0.012)
  expect(answer.movedBetween!.reduce((all, { share }) => all + share, 0)).toBeCloseTo(answer.moved!, 12)
  expect(evaluate({ before: spec, after: spec }).moved).toBe(0)
})

test('seven equal servers: libketama places 160 points each, hashring 156', () => {
  const count = (client: 'libketama' | 'hashring') => {
    const spec: RingSpec = { algorithm: 'ketama', nodes: nodes(7), options: { client } }
    return evaluate({ before: spec }).before.shares
  }
  expect(count('libketama')).not.toEqual(count('hashring'))
  const exact = (points: number) => evaluate({ before: { algorithm: 'ketama', nodes: nodes(7, { points }) } }).before.shares
  expect(count('libketama')).toEqual(exact(160))
  expect(count('hashring')).toEqual(exact(156))
})

test('twemproxy crc32 has 15 bits: on a circle one server owns all', () => {
  const { shares } = evaluate({ before: { algorithm: 'twemproxy-ketama', nodes: nodes(5), options: { hash: 'crc32' } } }).before
  expect(Math.max(...Object.values(shares))).toBe(1)
})

test('one usable HAProxy server owns all; none owns nothing', () => {
  const [first, ...rest] = nodes(3)
  const one = { algorithm: 'haproxy-consistent', nodes: [first, ...rest.map((node) => ({ ...node, state: 'drain' }))] }
  expect(evaluate({ before: one, keys: ['a'] })).toMatchObject({
    before: { shares: { [first!.name]: 1 } },
    owners: { before: [first!.name] },
  })
  const none = { algorithm: 'haproxy-map', nodes: nodes(2, { weight: 0 }) }
  const answer = evaluate({ before: none, after: one, keys: ['a'] })
  expect(answer.owners!.before).toEqual([null])
  expect(answer.moved).toBe(1)
})

test('unlike rings are independent', () => {
  const answer = evaluate({
    before: { algorithm: 'haproxy-map', nodes: nodes(2) },
    after: { algorithm: 'haproxy-consistent', nodes: nodes(2) },
  })
  const [one, two] = Object.keys(answer.before.shares) as [string, string]
  const { before, after } = answer
  expect(answer.moved).toBeCloseTo(before.shares[one]! * after!.shares[two]! + before.shares[two]! * after!.shares[one]!, 12)
})

test('tables of unlike lengths meet exactly', () => {
  const table = (weights: number[]): RingSpec => ({
    algorithm: 'twemproxy-modula',
    options: { hash: 'murmur' },
    nodes: weights.map((weight, i) => ({ name: `n${i}`, weight })),
  })
  const [a, b] = [table([3, 4, 5]), table([2, 8, 8])]
  let moved = 0
  for (let i = 0; i < 36; i++) {
    const owner = (weights: number[], slot: number) =>
      weights.findIndex((_, k) => slot < weights.slice(0, k + 1).reduce((x, y) => x + y, 0))
    if (owner([3, 4, 5], i % 12) !== owner([2, 8, 8], i % 18)) moved += 1 / 36
  }
  expect(evaluate({ before: a, after: b }).moved).toBeCloseTo(moved, 12)
})

test('cluster slots that nobody holds are nobody’s', () => {
  const spec: RingSpec = { algorithm: 'redis-cluster', nodes: [{ name: 'a', slots: [[0, 8191]] }, { name: 'b' }] }
  expect(evaluate({ before: spec }).before.shares).toEqual({ a: 0.5, b: 0 })
  expect(locate(spec)('foo')).toBe(null)
  expect(locate(spec)('{bar}foo')).toBe('a')
})

test('nginx with a node down: its keys walk on, and the share of nobody is in no node', () => {
  const spec: RingSpec = { algorithm: 'nginx-consistent', nodes: nodes(4).map((node, i) => ({ ...node, state: i ? 'down' : 'up' })) }
  const { shares } = evaluate({ before: spec }).before
  expect(total(shares)).toBeLessThan(1)
  expect(total(shares)).toBeGreaterThan(0.98)
})

test('HAProxy numbers servers by position, and versions with the hashed id differ', () => {
  const spec = (version: string): RingSpec => ({ algorithm: 'haproxy-consistent', nodes: nodes(4), options: { version } })
  const arcs = (version: string) => placeRing(spec(version)).space
  expect(arcs('2.6.12')).toEqual(arcs('3.2.7'))
  expect(arcs('3.0.12')).toEqual(arcs('3.2.6'))
  expect(arcs('3.1.9')).toEqual(arcs('3.0.0'))
  expect(arcs('3.0.13')).toEqual(arcs('2.6.12'))
  expect(arcs('3.3.0')).toEqual(arcs('2.6.12'))
  expect(arcs('3.0.0')).not.toEqual(arcs('2.6.12'))
})

test.each([
  [{ before: { algorithm: 'ketama', nodes: [] } }, 'bad_request before.nodes'],
  [{ before: { algorithm: 'nope', nodes: nodes(1) } }, 'bad_request before.algorithm'],
  [{ before: { algorithm: 'ketama', nodes: [{ name: 'a' }, { name: 'a' }] } }, 'bad_request before.nodes[1].name'],
  [
    { before: { algorithm: 'haproxy-map', nodes: [{ name: 'a' }, { name: 'b' }, { name: 'c', weight: 257 }] } },
    'bad_request before.nodes[2].weight',
  ],
  [{ before: { algorithm: 'nginx-hash', nodes: [{ name: 'a', weight: 0 }] } }, 'bad_request before.nodes[0].weight'],
  [{ before: { algorithm: 'ketama', nodes: [{ name: 'a', weight: 1.5 }] } }, 'bad_request before.nodes[0].weight'],
  [{ before: { algorithm: 'ketama', nodes: [{ name: 'a', wieght: 1 }] } }, 'bad_request before.nodes[0].wieght'],
  [{ before: { algorithm: 'ketama', nodes: nodes(1), options: { hash: 'md5' } } }, 'bad_request before.options.hash'],
  [{ before: { algorithm: 'envoy-maglev', nodes: nodes(1), options: { tableSize: 8 } } }, 'bad_request before.options.tableSize'],
  [
    { before: every[0], after: { algorithm: 'twemproxy-modula', nodes: nodes(1), options: { hashTag: '{' } } },
    'bad_request after.options.hashTag',
  ],
  [
    {
      before: {
        algorithm: 'redis-cluster',
        nodes: [
          {
            name: 'a',
            slots: [
              [0, 9],
              [9, 10],
            ],
          },
        ],
      },
    },
    'bad_request before.nodes[0].slots[1]',
  ],
  [{ before: { algorithm: 'redis-cluster', nodes: [{ name: 'a', slots: [[0, 16384]] }] } }, 'bad_request before.nodes[0].slots[0][1]'],
  [{ before: every[0], keys: ['a', ''] }, 'bad_request keys[1]'],
  [{ before: every[0], keys: [1] }, 'bad_request keys'],
  [{ before: { algorithm: 'haproxy-map', nodes: nodes(1), options: { input: 'source' } }, keys: ['host'] }, 'bad_request keys[0]'],
  [{ before: { algorithm: 'ketama', nodes: nodes(1001) } }, 'invalid before.nodes'],
  [{ before: { algorithm: 'haproxy-consistent', nodes: nodes(500, { weight: 256 }) } }, 'invalid before: 2048000 points'],
  [{ before: { algorithm: 'ketama', nodes: nodes(1, { points: 2_000_001 }) } }, 'invalid before'],
  [{}, 'bad_request before'],
  [{ before: null }, 'bad_request before'],
])('refuses %#', (question, text) => {
  expect(refusal(question)).toMatch(new RegExp(`^${text.replace(/[[\].]/g, '\\$&')}`))
})
