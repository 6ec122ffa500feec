import { describe, expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { curves } from './curves.ts'
import { mixed } from './hash.ts'
import type { Question } from './question.ts'
import { OP, type Reference, ReferenceBuilder } from './references.ts'

const references = (rows: Partial<Reference>[]) => {
  const builder = new ReferenceBuilder()
  rows.forEach((row, i) => {
    builder.add({ at: i, id: 0, hash: mixed(Number(row.id ?? 0)), size: 100, keyBytes: 10, ...row })
  })
  return builder.build()
}
const pointsOf = (rows: Partial<Reference>[], question: Question) => {
  const answer = curves(references(rows), question)
  if (answer.tooLittle !== undefined) throw new Error(answer.tooLittle)
  return answer.curves.points
}
const loop = (keys: number, rounds: number, everyMs: number) =>
  Array.from({ length: keys * rounds }, (_, i) => ({ id: i % keys, at: i * everyMs }))
/** Zipf-like: the id is a power of a uniform draw. */
const skewed = (count: number, keys: number, everyMs: number) => {
  const random = randomOf(7)
  return Array.from({ length: count }, (_, i) => ({ id: Math.floor(keys * random() ** 3), at: i * everyMs }))
}

describe('the size of the cache', () => {
  test('everything fits: each key misses once', () => {
    const [point] = pointsOf(loop(100, 10, 1_000), { policy: 'allkeys-lru', sizes: { keys: [100] } })
    expect(point).toMatchObject({ keys: 100, hitRatio: 0.9, fills: 100 })
  })

  test('a loop one key longer than the cache hits less with LRU than with random, because the least recent key is the next one asked for', () => {
    const [lru] = pointsOf(loop(120, 20, 1_000), { policy: 'allkeys-lru', samples: 64, sizes: { keys: [100] } })
    const [random] = pointsOf(loop(120, 20, 1_000), { policy: 'allkeys-random', sizes: { keys: [100] } })
    expect(lru!.hitRatio).toBeLessThan(0.4)
    expect(random!.hitRatio).toBeGreaterThan(0.5)
  })

  test('more memory never hits less; LFU keeps hot keys through a scan that LRU forgets them for', () => {
    const scan = Array.from({ length: 3_000 }, (_, i) => ({ id: 100_000 + i, at: 400_000 + i * 10 }))
    const rows = [...skewed(20_000, 2_000, 20), ...scan, ...skewed(5_000, 2_000, 20).map((row) => ({ ...row, at: row.at + 430_000 }))]
    const lru = pointsOf(rows, { policy: 'allkeys-lru', sizes: { keys: [100, 400, 1_600] } }).map((point) => point.hitRatio)
    expect(lru).toEqual(lru.toSorted((a, b) => a - b))
    const [lfu] = pointsOf(rows, { policy: 'allkeys-lfu', sizes: { keys: [400] } })
    expect(lfu!.hitRatio).toBeGreaterThan(lru[1]! + 0.02)
  })

  test('noeviction refuses fills when it is full; a volatile rule does so when no key has a TTL', () => {
    for (const policy of ['noeviction', 'volatile-lru'] as const) {
      const [point] = pointsOf(loop(200, 10, 1_000), { policy, ttl: null, sizes: { keys: [50] } })
      expect(point!.hitRatio).toBeCloseTo((50 * 9) / 2_000, 10)
    }
  })

  test('bytes are maxmemory: about 1 MB for the empty server and some 200 bytes for a key of 10 and a value of 100', () => {
    const [point] = pointsOf(loop(20_000, 2, 10), { policy: 'allkeys-lru', sizes: { bytes: [2_000_000] } })
    expect(point!.bytes).toBe(2_000_000)
    expect(point!.keys).toBeGreaterThan(4_000)
    expect(point!.keys).toBeLessThan(6_000)
  })
})

describe('the TTL', () => {
  const ttl = { ms: 10_000 }
  test('a key lives for its TTL from the fill; a refresh counts from the read', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => ({ id: 1, at: i * 4_000 }))
    const [fixed] = pointsOf(rows, { policy: 'noeviction', ttl, sizes: { keys: [10] } })
    expect(fixed!.hitRatio).toBeCloseTo(2 / 3, 2)
    expect(fixed!.age!.mean).toBeCloseTo(6_000, -2)
    const [refreshed] = pointsOf(rows, { policy: 'noeviction', ttl: { ...ttl, refreshOnRead: true }, sizes: { keys: [10] } })
    expect(refreshed!.fills).toBe(1)
  })

  test('what the source says is kept unless the question says otherwise', () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ id: 1, at: i * 1_000, ttlMs: 500 }))
    expect(pointsOf(rows, { policy: 'noeviction', sizes: { keys: [10] } })[0]!.hitRatio).toBe(0)
    expect(pointsOf(rows, { policy: 'noeviction', ttl: null, sizes: { keys: [10] } })[0]!.hitRatio).toBeCloseTo(0.99, 10)
  })

  test('keys that are over hold memory until active expiry finds them', () => {
    // One key in twenty lives for a second: too few for the server to hurry. The same again, at once or when all those were found.
    const rows = (pause: number) => [
      ...Array.from({ length: 20_000 }, (_, i) => ({ id: i, at: i * 0.1, ttlMs: i % 20 === 0 ? 1_000 : 1e9 })),
      ...Array.from({ length: 1_000 }, (_, i) => ({ id: 100_000 + i, at: pause + i * 0.1, ttlMs: 1e9 })),
    ]
    const bytes = (pause: number) => pointsOf(rows(pause), { policy: 'noeviction', sizes: { keys: [100_000] } })[0]!.bytes!
    expect(bytes(4_000) - bytes(400_000)).toBeGreaterThan(500 * 200)
  })

  test('a write and a delete do what they say', () => {
    const rows = [
      { id: 1, op: OP.set, at: 0 },
      { id: 1, at: 1 },
      { id: 1, op: OP.delete, at: 2 },
      { id: 1, at: 3 },
    ]
    expect(pointsOf(rows, { policy: 'noeviction', sizes: { keys: [10] } })[0]!.hitRatio).toBe(0.5)
  })
})

describe('a cache inside the application', () => {
  const rows = Array.from({ length: 1_000 }, (_, i) => ({ id: i % 2, at: i * 500 }))
  const asked: Question = { policy: 'noeviction', ttl: null, sizes: { keys: [10] } }

  test('answers what it holds for its own TTL; the ratio is of both together', () => {
    const { curves: both } = curves(references(rows), { ...asked, local: { keys: 10, ttlMs: 5_001 } })
    // A key is asked for each second: one get in six passes.
    expect(both!.localHitRatio).toBeCloseTo(5 / 6, 2)
    expect(both!.points[0]!.hitRatio).toBeCloseTo(0.998, 10)
    expect(curves(references(rows), asked).curves!.localHitRatio).toBeNull()
  })

  test('too small for a loop it answers nothing; in more processes it answers less', () => {
    expect(curves(references(rows), { ...asked, local: { keys: 1, ttlMs: 5_001 } }).curves!.localHitRatio).toBe(0)
    const { curves: shared } = curves(references(rows), { ...asked, local: { keys: 10, ttlMs: 5_001, processes: 4 } })
    expect(shared!.localHitRatio).toBeLessThan(0.6)
    expect(shared!.localHitRatio).toBeGreaterThan(0.3)
  })
})

test('the steady state leaves the first half out, and the band holds keys that a running server may have from before', () => {
  const rows = Array.from({ length: 4_000 }, (_, i) => ({ id: i % 2_500, at: i * 10 }))
  const asked: Question = { policy: 'allkeys-lru', ttl: null, sizes: { keys: [10_000] } }
  const [replayed] = pointsOf(rows, asked)
  const [steady] = pointsOf(rows, { ...asked, steady: true })
  expect(replayed!.hitRatio).toBeCloseTo(1_500 / 4_000, 10)
  expect(steady!.hitRatio).toBeCloseTo(1_500 / 2_000, 10)
  expect(steady!.fills).toBe(500)
  expect(steady!.high - steady!.hitRatio).toBeCloseTo(0.05, 10)
  expect(steady!.hitRatio - steady!.low).toBeCloseTo(0.01, 10)
})

test('too little is said, with what is missing', () => {
  expect(curves(references([]), { policy: 'allkeys-lru', sizes: { keys: [1] } }).tooLittle).toMatch(/no references/)
  expect(curves(references([{ op: OP.set }]), { policy: 'allkeys-lru', sizes: { keys: [1] } }).tooLittle).toMatch(/no gets/)
  expect(curves(references([{ size: 0 }]), { policy: 'allkeys-lru', sizes: { bytes: [2e6] } }).tooLittle).toMatch(/sizes of the values/)
})
