import { expect, test } from 'vitest'
import { curve } from '../../test/curves.ts'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology, type TargetFacts } from '../model/topology.ts'
import { cachePolicy } from './cache-policy.ts'

const node = (name: string, role: 'primary' | 'replica', family: string): TargetFacts => ({
  name,
  kind: 'redis',
  can: { eviction: { policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' } },
  role: 'cache',
  state: 'up',
  capabilities: [],
  cluster: { id: 'c', slots: role === 'primary' ? 8_192 : 0 },
  replication: { id: family, role },
})
const rule = (target: string, lfu: number) =>
  curve([{ hitRatio: 0.6 }, { policy: 'allkeys-lfu', hitRatio: lfu }], { id: 'policy', varies: 'policy', target })
/** A Cluster of `a` and `b`, each with a replica; `b` would hit `lfu` by LFU, of which null says that it is not known. */
const propose = (lfu: number | null) =>
  cachePolicy.propose(
    { id: 'f', rule: 'cache/eviction-policy', subject: { target: 'a' } } as unknown as Finding,
    load(
      1_000,
      Object.fromEntries(
        ['a', 'b'].flatMap((name) => [
          [`cache_hits_total{target=${name}}`, '0+60x300'],
          [`cache_misses_total{target=${name}}`, '0+40x300'],
        ]),
      ),
      {
        records: [
          rule('a', 0.66),
          ...(lfu === null ? [] : [rule('b', lfu)]),
          ...['a', 'b', 'a2', 'b2'].map((target) => ({
            kind: 'fact' as const,
            target,
            id: 'config/maxmemory-policy',
            at: 0,
            value: 'allkeys-lru',
          })),
        ],
      },
    ),
    {
      ...emptyTopology(),
      targets: [node('a', 'primary', 'x'), node('a2', 'replica', 'x'), node('b', 'primary', 'y'), node('b2', 'replica', 'y')],
    },
  )

test('in a Cluster all nodes are set alike, each primary with a guard of its own', () =>
  expect(propose(0.62)).toMatchObject({
    steps: ['a', 'a2', 'b', 'b2'].map((target) => ({ setting: { target }, before: 'allkeys-lru', after: 'allkeys-lfu' })),
    predict: { where: { target: 'a' }, after: expect.closeTo(0.66, 5) },
    guards: [
      { where: { target: 'a' }, limit: expect.closeTo(0.58, 5) },
      { where: { target: 'b' }, limit: expect.closeTo(0.58, 5) },
    ],
  }))
test.each([
  ['would hit less by it', 0.58],
  ['has no curve', null],
])('not while another node %s', (_what, lfu) =>
  expect(propose(lfu)).toEqual({
    none: 'The nodes of a Cluster are set alike, and what b would hit with allkeys-lfu is not known, or less.',
  }),
)

test("an LFU's hits fall and rise with each minute: a prediction is the same at every moment of it", () => {
  const start = 1_000_000
  const of = (second: number) => {
    // 53 % at the begin of a minute, 44 % at its end.
    const ratios = Array.from({ length: 300 }, (_, i) => 0.53 - (0.09 * ((i + second) % 60)) / 60)
    const sums = (part: (ratio: number) => number) => {
      let sum = start
      return ratios.map((ratio) => (sum += 1_000 * part(ratio)))
    }
    const fact = (id: string, value: string) => ({ kind: 'fact' as const, target: 'a', id, at: 0, value })
    return cachePolicy.propose(
      { id: 'f', rule: 'cache/eviction-policy', subject: { target: 'a' } } as unknown as Finding,
      load(
        1_000,
        { 'cache_hits_total{target=a}': sums((ratio) => ratio), 'cache_misses_total{target=a}': sums((ratio) => 1 - ratio) },
        {
          records: [
            curve(
              [
                { hitRatio: 0.48, policy: 'allkeys-lfu' },
                { policy: 'allkeys-lru', hitRatio: 0.65 },
              ],
              { id: 'policy', varies: 'policy' },
            ),
            fact('config/maxmemory-policy', 'allkeys-lfu'),
            fact('config/lfu-decay-time', '1'),
          ],
        },
      ),
      { ...emptyTopology(), targets: [{ ...node('a', 'primary', 'x'), cluster: undefined, replication: undefined } as TargetFacts] },
    )
  }
  for (const second of [0, 15, 30, 45])
    expect(of(second)).toMatchObject({ predict: { before: expect.closeTo(0.485, 2), after: expect.closeTo(0.655, 2) } })
})

test('what is measured now beside the curve is in the band of another rule whether that follows it or not', () => {
  // 60 % measured, 56 % while the curve was made.
  const records = [curve([{ hitRatio: 0.56 }, { policy: 'allkeys-lfu', hitRatio: 0.66 }], { id: 'policy', varies: 'policy' })]
  const lines = { 'cache_hits_total{target=a}': '0+60x300', 'cache_misses_total{target=a}': '0+40x300' }
  expect(
    cachePolicy.propose(
      { id: 'f', rule: 'cache/eviction-policy', subject: { target: 'a' } } as unknown as Finding,
      load(1_000, lines, { records }),
      {
        ...emptyTopology(),
        targets: [{ ...node('a', 'primary', 'x'), cluster: undefined, replication: undefined } as TargetFacts],
      },
    ),
  ).toMatchObject({
    predict: { before: 0.6, after: expect.closeTo(0.7, 5), low: expect.closeTo(0.65, 5), high: expect.closeTo(0.71, 5) },
  })
})

test('to LFU: a guard waits for a whole minute', () =>
  expect(propose(0.62)).toMatchObject({ guards: [{ forMs: 60_000 }, { forMs: 60_000 }] }))
