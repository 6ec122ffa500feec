import { describe, expect, it } from 'vitest'
import { curve } from '../../test/curves.ts'
import { load } from '../../test/series.ts'
import type { Advisor } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { PriceList } from '../model/prices.ts'
import type { Draft, Prediction } from '../model/proposal.ts'
import type { TargetRecord } from '../model/record.ts'
import { emptyTopology } from '../model/topology.ts'
import { cacheMemory } from './cache-memory.ts'
import { cachePolicy } from './cache-policy.ts'
import { ttlLength } from './ttl-length.ts'

const MIB = 1_048_576
const ttl = { name: 'pages', match: 'page:*', ttlMs: 600_000, jitter: 0.1, version: 1, control: { target: 'a', key: 'k' }, followers: [] }
/** The cache `a` hits 90 % of 1,000 reads a second. */
const propose = (advisor: Advisor, rule: string, records: TargetRecord[], machine = 8_192, replicas = false, prices?: PriceList) =>
  advisor.propose(
    { id: 'f', rule, subject: { target: 'a' }, summary: 's', evidence: [] } as unknown as Finding,
    load(
      1_000,
      {
        'cache_hits_total{target=a}': '0+900x120',
        'cache_misses_total{target=a}': '0+100x120',
        'cache_memory_max_bytes{target=a}': `${100 * MIB}x120`,
        'cache_memory_max_bytes{target=replica}': `${90 * MIB}x120`,
        'redis_total_system_memory_bytes{target=a}': `${machine * MIB}x120`,
      },
      { records },
    ),
    {
      ...emptyTopology(),
      ...(prices && { prices }),
      ttls: [ttl],
      targets: [
        {
          name: 'a',
          kind: 'redis',
          can: {
            memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 },
            eviction: { policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' },
          },
          role: 'cache',
          state: 'up',
          capabilities: [],
          ...(replicas && { replication: { id: 'r', role: 'primary' as const } }),
        },
        ...(replicas
          ? [{ name: 'replica', kind: 'redis', state: 'up' as const, capabilities: [], replication: { id: 'r', role: 'replica' as const } }]
          : []),
      ],
    },
  )

describe('memory by the curve', () => {
  it('less of it: the difference of the curve is added to what is measured, and it is to stay', () => {
    const record = curve([
      { hitRatio: 0.94 },
      { bytes: 60 * MIB, hitRatio: 0.939 },
      { bytes: 30 * MIB, hitRatio: 0.938, low: 0.93, high: 0.944 },
    ])
    expect(propose(cacheMemory, 'cache/memory-surplus', [record])).toMatchObject({
      steps: [{ setting: { target: 'a', name: 'config/maxmemory' }, before: String(100 * MIB), after: String(30 * MIB) }],
      predict: {
        metric: 'cache_hit_ratio',
        holds: true,
        before: expect.closeTo(0.9, 5),
        after: expect.closeTo(0.898, 5),
        low: expect.closeTo(0.89, 5),
        high: expect.closeTo(0.904, 5),
      },
      guards: [{ metric: 'cache_hit_ratio', op: '<', limit: expect.closeTo(0.87, 5) }],
      because: expect.stringMatching(/90\.0.% → 89\.8.% .*, 2\/s more reads of the origin\.$/),
    })
  })
  it('less of it, that hits a little more by the noise of the curve, is to hit no less than now: its band has the worse end below', () => {
    const record = curve([{ hitRatio: 0.94 }, { bytes: 60 * MIB, hitRatio: 0.942, low: 0.941, high: 0.95 }])
    const { predict } = propose(cacheMemory, 'cache/memory-surplus', [record]) as Draft
    expect(predict).toMatchObject({
      after: expect.closeTo(0.9, 5),
      low: expect.closeTo(0.9, 5),
      high: expect.closeTo(0.91, 5),
      holds: true,
    })
    expect((predict as Prediction).after).toBeLessThanOrEqual((predict as Prediction).before)
  })
  it('less of it, at a price: the size that costs least, or the reason why none does', () => {
    const record = curve([{ hitRatio: 0.94 }, { bytes: 60 * MIB, hitRatio: 0.9399 }, { bytes: 30 * MIB, hitRatio: 0.9371 }])
    const at = (originRead: number) =>
      propose(cacheMemory, 'cache/memory-surplus', [record], 8_192, false, { gibMonth: 1_000, originRead, targets: {} })
    expect(at(0.0000001)).toMatchObject({ steps: [{ after: String(30 * MIB) }] })
    // 70 MiB are 68 a month, 40 MiB 39; 2.9 more reads a second 76, 0.1 more 2.6.
    expect(at(0.00001)).toMatchObject({ steps: [{ after: String(60 * MIB) }] })
    expect(at(0.001)).toMatchObject({
      none: expect.stringMatching(/^Less memory would cost more: 30.MiB would save 68\.36 a month, and 7.?626 more/),
    })
  })
  it('less of it only where that saves as much as the rule asks', () =>
    expect(propose(cacheMemory, 'cache/memory-surplus', [curve([{ hitRatio: 0.94 }, { bytes: 90 * MIB, hitRatio: 0.94 }])])).toHaveProperty(
      'none',
    ))
  it('more of it, at a price: of the replica that follows it too', () => {
    const record = curve([{ hitRatio: 0.6 }, { bytes: 150 * MIB, hitRatio: 0.65 }])
    const prices = { gibMonth: 10.24, originRead: 0.000001, currency: 'EUR', targets: {} }
    // 110 MiB more for both, 50 reads of the origin a second fewer.
    expect(propose(cacheMemory, 'cache/eviction-storm', [record], 8_192, true, prices)).toMatchObject({
      because: expect.stringMatching(
        /The memory costs 1\.10.EUR a month, not asking the origin saves 131\.49.EUR a month, 130\.39.EUR a month less/,
      ),
    })
  })
  it('more of it: the smallest size that wins most, judged after it has filled', () => {
    const record = curve([
      { hitRatio: 0.6 },
      ...[125, 150, 200, 400].map((mib, i) => ({ bytes: mib * MIB, hitRatio: [0.63, 0.69, 0.695, 0.697][i]!, warmUpMs: 90_000 })),
    ])
    expect(propose(cacheMemory, 'cache/eviction-storm', [record])).toMatchObject({
      steps: [{ after: String(150 * MIB) }],
      predict: { after: expect.closeTo(0.99, 5), dip: { metric: 'cache_hit_ratio', to: expect.closeTo(0.9, 5), forMs: 90_000 } },
    })
  })
  it('what the model never filled tells nothing yet', () =>
    expect(
      propose(cacheMemory, 'cache/hit-ratio-low', [curve([{ hitRatio: 0.6 }, { bytes: 400 * MIB, hitRatio: 0.602, filled: false }])]),
    ).toBeNull())
  it('more of it is of no use, or not there: said with numbers', () => {
    const flat = curve([{ hitRatio: 0.6 }, { bytes: 400 * MIB, hitRatio: 0.602, high: 0.604 }])
    expect(propose(cacheMemory, 'cache/eviction-storm', [flat])).toMatchObject({
      none: expect.stringMatching(/^More memory would not help: with 400.MiB it would hit at most 0\.4.% more/),
    })
    const large = curve([{ hitRatio: 0.6 }, { bytes: 400 * MIB, hitRatio: 0.9 }])
    expect(propose(cacheMemory, 'cache/eviction-storm', [large], 500)).toMatchObject({
      none: expect.stringMatching(/^The machine has 500.MiB/),
    })
  })
})

describe('a primary with a replica', () => {
  it('gets no more memory than its replica, and no other rule of eviction', () => {
    const memory = curve([{ hitRatio: 0.6 }, { bytes: 150 * MIB, hitRatio: 0.7 }])
    expect(propose(cacheMemory, 'cache/eviction-storm', [memory], 8_192, true)).toMatchObject({
      steps: [
        { setting: { target: 'a' }, before: String(100 * MIB), after: String(150 * MIB) },
        { setting: { target: 'replica' }, before: String(90 * MIB), after: String(150 * MIB) },
      ],
    })
    const policy = curve([{ hitRatio: 0.6 }, { policy: 'allkeys-lfu', hitRatio: 0.7 }], { id: 'policy', varies: 'policy' })
    const fact = { kind: 'fact' as const, target: 'replica', id: 'config/maxmemory-policy', at: policy.at, value: 'noeviction' }
    expect(propose(cachePolicy, 'cache/eviction-storm', [policy, fact], 8_192, true)).toMatchObject({
      steps: [
        { setting: { target: 'a' }, before: 'allkeys-lru', after: 'allkeys-lfu' },
        { setting: { target: 'replica' }, before: 'noeviction', after: 'allkeys-lfu' },
      ],
    })
  })
  it('keeps the replica as it is where it has more', () => {
    const memory = curve([{ hitRatio: 0.6 }, { bytes: 40 * MIB, hitRatio: 0.6 }])
    expect(propose(cacheMemory, 'cache/memory-surplus', [memory], 8_192, true)).toMatchObject({ steps: [{ setting: { target: 'a' } }] })
  })
})

describe('another rule of eviction by the curve', () => {
  const record = (gain: number) =>
    curve(
      [{ hitRatio: 0.6 }, { policy: 'allkeys-lfu', samples: 10, hitRatio: 0.6 + gain, warmUpMs: 90_000 }, { samples: 10, hitRatio: 0.603 }],
      {
        id: 'policy',
        varies: 'policy',
      },
    )
  it('is proposed with its effect, and only what differs is set', () =>
    expect(propose(cachePolicy, 'cache/hit-ratio-low', [record(0.05)])).toMatchObject({
      steps: [
        { setting: { name: 'config/maxmemory-policy' }, before: 'allkeys-lru', after: 'allkeys-lfu' },
        { setting: { name: 'config/maxmemory-samples' }, before: '5', after: '10' },
      ],
      predict: { after: expect.closeTo(0.95, 5), dip: { forMs: 90_000 } },
    }))
  it('leaves the number of samples where more would win next to nothing', () => {
    const lfu = { policy: 'allkeys-lfu', hitRatio: 0.65 }
    const alike = curve([{ hitRatio: 0.6 }, lfu, { ...lfu, samples: 10, hitRatio: 0.654 }], { id: 'policy', varies: 'policy' })
    expect(propose(cachePolicy, 'cache/eviction-policy', [alike])).toMatchObject({
      steps: [{ setting: { name: 'config/maxmemory-policy' }, after: 'allkeys-lfu' }],
    })
  })
  it('waits for a curve of the rule that is set now', () => {
    const fact = { kind: 'fact' as const, target: 'a', id: 'config/maxmemory-policy', at: 0, value: 'allkeys-lfu' }
    expect(propose(cachePolicy, 'cache/eviction-policy', [record(0.05), fact])).toBeNull()
  })
  it('is not worth it', () =>
    expect(propose(cachePolicy, 'cache/hit-ratio-low', [record(0.005)])).toMatchObject({
      none: expect.stringMatching(/^No other rule of eviction/),
    }))
  it('is not guessed without a curve', () => expect(propose(cachePolicy, 'cache/hit-ratio-low', [])).toBeNull())
})

describe('another TTL by the curve', () => {
  const record = (gain: number) =>
    curve(
      [
        { ttlMs: 600_000, hitRatio: 0.5 },
        { ttlMs: 1_500_000, hitRatio: 0.5 + gain, ageP95Ms: 1_140_000 },
        { ttlMs: 3_000_000, hitRatio: 0.5 + 1.1 * gain },
      ],
      {
        id: 'ttl/pages',
        varies: 'ttl',
        ttl: 'pages',
        readsShare: 0.5,
      },
    )
  it('longer: the part of the reads that it is of, with the age of what is read', () =>
    expect(propose(ttlLength, 'cache/hit-ratio-low', [record(0.1)])).toMatchObject({
      steps: [{ setting: { target: 'ttl:pages', name: 'pages/ttl' }, before: '10m', after: '25m' }],
      predict: { before: expect.closeTo(0.9, 5), after: expect.closeTo(0.95, 5) },
      because: expect.stringMatching(/read at an age of up to 19.min \(95 % of the reads\); 1.min now\.$/),
    }))
  const held = (gib: number) => gib * 1_024 * MIB
  const surplus = curve(
    [
      { ttlMs: 600_000, hitRatio: 0.5, heldBytes: held(4) },
      { ttlMs: 60_000, hitRatio: 0.4, heldBytes: held(0.4) },
      { ttlMs: 150_000, hitRatio: 0.498, heldBytes: held(1), ageP95Ms: 140_000 },
      { ttlMs: 1_200_000, hitRatio: 0.505, heldBytes: held(8) },
    ],
    { id: 'ttl/pages', varies: 'ttl', ttl: 'pages', readsShare: 0.5 },
  )
  const priced = (gibMonth: number, originRead: number) =>
    propose(ttlLength, 'cache/memory-surplus', [surplus], 8_192, false, { gibMonth, originRead, currency: 'EUR', targets: {} })
  it('shorter, where what it ends earlier is not read again: hits are to stay, bytes become free', () => {
    const draft = propose(ttlLength, 'cache/memory-surplus', [surplus])
    expect(draft).toMatchObject({
      steps: [{ setting: { target: 'ttl:pages', name: 'pages/ttl' }, before: '10m', after: '150s' }],
      predict: { holds: true, before: expect.closeTo(0.9, 5), after: expect.closeTo(0.899, 5), low: expect.closeTo(0.894, 5) },
      guards: [{ metric: 'cache_hit_ratio', op: '<', limit: expect.closeTo(0.874, 5) }],
      risk: 'medium',
      riskBecause: expect.stringMatching(
        /^What is read again later than 2.min 30.s .* the last of them for 11.min, unless they are re-timed: the page of the change offers it\.$/,
      ),
    })
    expect(draft).toMatchObject({
      because: expect.stringMatching(
        /read at an age of up to 2.min 20.s .*; 1.min now\. Its keys hold 4.GiB; 3.GiB of that become free\.$/,
      ),
    })
  })
  it('shorter by cost: the break-even, with what it saves', () => {
    // 500 reads a second: memory is 400 a month now, 40 with a tenth, for 50 reads more a second at 13.15.
    expect(priced(100, 0.0000001)).toMatchObject({
      steps: [{ after: '1m' }],
      because: expect.stringMatching(
        /The memory that has become free saves 360\.00.EUR a month once the memory limit is lowered, asking the origin .*break-even: 346\.85.EUR a month less/,
      ),
    })
    expect(priced(100, 0.0001)).toMatchObject({ steps: [{ after: '150s' }] })
    expect(priced(0.1, 0.0001)).toBeNull()
  })
  it('shorter not for a few bytes, nor by a curve of the TTL before', () => {
    const old = { ...surplus, points: surplus.points.map((point) => ({ ...point, ttlMs: 2 * point.ttlMs! })) }
    expect(propose(ttlLength, 'cache/memory-surplus', [old])).toBeNull()
    expect(propose(ttlLength, 'cache/hit-ratio-low', [old])).toBeNull()
    const small = { ...surplus, points: surplus.points.map((point) => ({ ...point, heldBytes: point.heldBytes! / 1_000 })) }
    expect(propose(ttlLength, 'cache/memory-surplus', [small])).toBeNull()
  })
  it('longer by cost, where its memory costs less than the reads that it saves', () => {
    const prices = { gibMonth: 1, originRead: 0.001, targets: {} }
    const of = (dear: number) => propose(ttlLength, 'cache/hit-ratio-low', [surplus], 8_192, false, { ...prices, gibMonth: dear })
    expect(of(1)).toMatchObject({ none: expect.stringMatching(/at less than its memory costs/) })
    const better = {
      ...surplus,
      points: surplus.points.map((point) => (point.ttlMs === 1_200_000 ? { ...point, hitRatio: 0.6, low: 0.59, high: 0.61 } : point)),
    }
    expect(propose(ttlLength, 'cache/hit-ratio-low', [better], 8_192, false, prices)).toMatchObject({
      steps: [{ after: '20m' }],
      because: expect.stringMatching(/and 4.GiB more then\. The memory costs 4\.00 a month, not asking the origin saves/),
    })
    expect(propose(ttlLength, 'cache/hit-ratio-low', [better], 8_192, false, { ...prices, gibMonth: 100_000 })).toHaveProperty('none')
  })
  it('shorter in a full cache, where keys that are not read again evict others: the hits are those of all', () => {
    const full = curve(
      [
        { ttlMs: 600_000, hitRatio: 0.5 },
        { ttlMs: 150_000, hitRatio: 0.55 },
        { ttlMs: 60_000, hitRatio: 0.551 },
        { ttlMs: 1_200_000, hitRatio: 0.45 },
      ],
      { id: 'ttl/pages', varies: 'ttl', ttl: 'pages', ofAll: true },
    )
    for (const rule of ['cache/eviction-storm', 'cache/hit-ratio-low']) {
      const draft = propose(ttlLength, rule, [full])
      expect(draft).toMatchObject({
        steps: [{ before: '10m', after: '150s' }],
        predict: { after: expect.closeTo(0.95, 5) },
        because: expect.stringMatching(/The cache is full/),
      })
      expect((draft as Draft).predict).not.toHaveProperty('holds')
    }
    expect(propose(ttlLength, 'cache/eviction-storm', [])).toBeNull()
    expect(propose(ttlLength, 'cache/memory-surplus', [full])).toBeNull()
  })
  it('longer does not help', () =>
    expect(propose(ttlLength, 'cache/hit-ratio-low', [record(0.005)])).toMatchObject({
      none: expect.stringMatching(/^Other TTLs would not help/),
    }))
})
