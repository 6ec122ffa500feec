import { expect, test } from 'vitest'
import type { CurvesView } from '../../model/answers/curves.ts'
import { EvenkeelError } from '../../model/error.ts'
import { emptyTopology, type TargetAbilities } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import { createForecasts } from './forecasts.ts'
import type { CurvesRequest } from './question.ts'

const MIB = 1_048_576
const START = Date.UTC(2026, 0, 5)
const ttl = { name: 'pages', match: 'page:*', ttlMs: 60_000, jitter: 0.1, version: 1, control: { target: 'a', key: 'k' }, followers: [] }

/** A cache `a` of 100 MiB that evicts, and misses 100 of 1,000 reads a second; `answer` says what its curves are. */
function cache(answer: (asked: CurvesRequest) => Partial<CurvesView>, evictions = 10, can: TargetAbilities = {}) {
  let now = START
  const store = createStore({ path: ':memory:', now: () => now })
  for (let i = 0; i < 60; i++, now += 1_000)
    store.append(
      'a',
      now,
      [
        { metric: 'cache_memory_max_bytes', value: 100 * MIB },
        { metric: 'cache_evictions_total', value: evictions * i },
        { metric: 'cache_hits_total', value: 900 * i },
        { metric: 'cache_misses_total', value: 100 * i },
      ],
      1_000,
    )
  const fact = (id: string, value: string) => ({ kind: 'fact' as const, id, at: now, value })
  store.putRecords('a', [fact('config/maxmemory-policy', 'allkeys-lru'), fact('config/maxmemory-samples', '5')])
  const asked: CurvesRequest[] = []
  const errors: object[] = []
  const forecasts = createForecasts(
    {
      store,
      engine: { topology: () => ({ ...emptyTopology(), ttls: [ttl], targets: [{ name: 'a', can }] }) } as never,
      now: () => now,
      log: { info() {}, warn() {}, error: (fields: object) => void errors.push(fields) },
    },
    () => ['a'],
    async (request) => {
      asked.push(request)
      const sizes = request.sizes as { bytes?: number[]; keys?: number[] }
      const points = (sizes.bytes ?? sizes.keys!).map((size) => ({
        keys: size / 1_000,
        bytes: sizes.bytes ? size : null,
        hitRatio: 0.9,
        low: 0.89,
        high: 0.91,
        fills: 10,
        age: { mean: 1, p95: 2 },
        held: { keys: size / 1_000, bytes: 1 },
      }))
      return {
        points,
        requests: 1_000,
        spanMs: 260_000,
        basis: 'b',
        present: { keys: 1, bytes: 1, model: 0.9, measured: 0.905 },
        ...answer(request),
      } as CurvesView
    },
  )
  return {
    asked,
    errors,
    curves: () => store.records('curve', 'a'),
    async tick(passMs = 0) {
      now += passMs
      forecasts.tick()
      await forecasts.idle()
    },
  }
}

test('curves of memory and of the rule of eviction are kept as records, the present among their points', async () => {
  const { curves, tick } = cache(() => ({}))
  await tick()
  const [memory, policy] = ['memory', 'policy'].map((id) => curves().find((one) => one.id === id)!)
  expect(memory!.points[memory!.present.point]).toMatchObject({ bytes: 100 * MIB, warmUpMs: null })
  expect(memory).toMatchObject({ present: { measured: 0.905 }, readsShare: 1 })
  // 25 MiB more at 1,000 bytes a key come in with 100 misses a second.
  expect(memory!.points.find(({ bytes }) => bytes === 125 * MIB)!.warmUpMs).toBeCloseTo((25 * MIB * 1_000) / 1_000 / 100, -2)
  expect(policy!.points.map(({ policy, samples }) => `${policy} ${samples}`)).toEqual([
    'allkeys-lru 5',
    'allkeys-lru 10',
    'allkeys-lfu 5',
    'allkeys-lfu 10',
  ])
})

test('no size is asked that the server would not take', async () => {
  const { asked, tick } = cache(() => ({}), 10, { memory: { setting: 'm', unitBytes: MIB, leastBytes: 64 * MIB } })
  await tick()
  const { bytes } = asked[0]!.sizes as { bytes: number[] }
  expect(Math.min(...bytes)).toBe(64 * MIB)
  expect(new Set(bytes).size).toBe(bytes.length)
})

test("in a cache that evicts, a TTL's curve is of all keys: only those of the policy are given another", async () => {
  const part = {
    match: 'page:*',
    hitRatio: { value: 0.5, low: 0.4, high: 0.6 },
    fills: 1,
    readsShare: 0.4,
    age: { mean: 1, p95: 7 },
    held: { keys: 1, bytes: 1 },
  }
  const parted = (request: CurvesRequest): Partial<CurvesView> =>
    request.parts
      ? {
          points: [
            {
              keys: 1,
              bytes: 100 * MIB,
              hitRatio: 0.9,
              low: 0.89,
              high: 0.91,
              fills: 1,
              age: null,
              held: { keys: 1, bytes: 1 },
              parts: [part],
            },
          ],
        }
      : {}
  const { asked, curves, tick } = cache(parted)
  await tick()
  const lives = curves().find(({ id }) => id === 'ttl/pages')
  expect(lives).toMatchObject({ ofAll: true, readsShare: 1, present: { measured: 0.905 } })
  expect(lives!.points[0]).toMatchObject({ ttlMs: 60_000, hitRatio: 0.9, ageP95Ms: 7 })
  expect(lives!.points[0]).not.toHaveProperty('heldBytes')
  expect(asked.filter(({ parts }) => parts).map(({ source, parts }) => ({ source, parts }))[1]).toEqual({
    source: { target: 'a' },
    parts: [{ match: 'page:*', ttl: { ms: 6_000, jitter: 0.1 } }],
  })
  // Of too few of its keys nothing is told.
  const few = cache((request) =>
    request.parts ? { points: [{ ...parted(request).points![0]!, parts: [{ ...part, hitRatio: null }] }] } : {},
  )
  await few.tick()
  expect(few.curves().map(({ id }) => id)).not.toContain('ttl/pages')
})

test('of a cache that does not evict, each TTL policy has a curve, and the rule of eviction none', async () => {
  const { curves, tick } = cache(({ source }) => ('match' in source ? { requests: 400 } : {}), 0)
  await tick()
  const lives = curves().find(({ id }) => id === 'ttl/pages')
  expect(curves().map(({ id }) => id)).not.toContain('policy')
  expect(lives).toMatchObject({
    ttl: 'pages',
    readsShare: 0.4,
    points: expect.arrayContaining([expect.objectContaining({ ttlMs: 120_000 }), expect.objectContaining({ ttlMs: 6_000, heldBytes: 1 })]),
  })
  expect(lives!.points[lives!.present.point]!.ttlMs).toBe(60_000)
  const jitters = curves().find(({ id }) => id === 'jitter/pages')
  expect(jitters!.points.map(({ ttlMs, jitter }) => [ttlMs, jitter])).toEqual([0.1, 0.2, 0.3, 0.5].map((jitter) => [60_000, jitter]))
  // Of longer lives than it was looked at nothing is told.
  expect(Math.max(...lives!.points.map(({ ttlMs }) => ttlMs!))).toBe(120_000)
})

test('a TTL of which too little is known leaves a gap, and the present one none of the others', async () => {
  const failing = (part: number) =>
    cache(({ source, ttl: asked }) => {
      if ('match' in source && asked!.ms === part * 60_000) throw new EvenkeelError('too_little', 'too wide')
      return {}
    }, 0)
  const gap = failing(0.1)
  await gap.tick()
  expect(
    gap
      .curves()
      .find(({ id }) => id === 'ttl/pages')!
      .points.map(({ ttlMs }) => ttlMs! / 60_000),
  ).toEqual([1, 0.25, 0.5, 1.5, 2])
  const none = failing(1)
  await none.tick()
  expect(none.curves().map(({ id }) => id)).toEqual(['memory'])
})

test('what is known is asked again when as much again was seen, after five minutes at the latest; too little after seconds', async () => {
  const known = cache(() => ({}))
  await known.tick()
  const { length } = known.asked
  await known.tick(259_000)
  expect(known.asked.length).toBe(length)
  await known.tick(1_000)
  expect(known.asked.length).toBe(2 * length)
  const unknown = cache(() => {
    throw new EvenkeelError('too_little', 'nothing yet')
  })
  await unknown.tick()
  expect(unknown.curves()).toEqual([])
  const first = unknown.asked.length
  await unknown.tick(10_000)
  expect(unknown.asked.length).toBe(2 * first)
  expect(unknown.errors).toEqual([])
})

test('a failure is logged, and costs the curves of that time', async () => {
  const { errors, tick } = cache(() => {
    throw new Error('broken')
  })
  await tick()
  expect(errors).toMatchObject([{ target: 'a' }])
})

test('what a rule of eviction learns is waited for, and one that still learned at the end is left out', async () => {
  const { curves, tick } = cache(({ policy, samples, sizes }) =>
    policy === 'allkeys-lfu'
      ? {
          points: [
            {
              ...{ keys: 100_000, bytes: (sizes as { bytes: number[] }).bytes[0]!, hitRatio: 0.93, low: 0.92, high: 0.94, fills: 7 },
              ...{ age: null, held: { keys: 100_000, bytes: 1 }, settlesMs: samples === 10 ? null : 600_000 },
            },
          ],
        }
      : {},
  )
  await tick()
  const [now, , five, ten] = curves().find(({ id }) => id === 'policy')!.points
  expect(now!.warmUpMs).toBeNull()
  // All of its 100,000 keys come in anew at 100 a second, beside the ten minutes that it learns.
  expect(five).toMatchObject({ filled: true, warmUpMs: expect.closeTo(1_600_000, -4) })
  expect(ten).toMatchObject({ filled: false, warmUpMs: null })
})
