import { expect, test } from 'vitest'
import { pagesAndSessions, partsWith } from '../../test/partedTraffic.ts'
import { traffic } from '../../test/traffic.ts'
import { curves } from './curves.ts'
import { mixed } from './hash.ts'
import { POLICIES, type Question, type Sizes, type Ttl } from './question.ts'
import { type Reference, ReferenceBuilder, type References } from './references.ts'
import { sampled } from './sampling.ts'

const built = (count: number, row: (i: number) => Pick<Reference, 'at'> & Partial<Reference>) => {
  const builder = new ReferenceBuilder()
  for (let i = 0; i < count; i++) {
    const given = row(i)
    builder.add({ id: 0, hash: mixed(Number(given.id ?? 0)), keyBytes: 1, ...given })
  }
  return builder.build()
}

test('whatever is asked of whatever came is answered with finite numbers and a band around the ratio, or said to be too little', () => {
  const sources = [
    traffic({ seed: 1, requests: 2_000, perSecond: 100, keys: 300, sets: 0.1, deletes: 0.1, ttl: { share: 0.5, fromMs: 1, toMs: 5_000 } }),
    built(1, () => ({ at: 0 })),
    // All at one moment, far from zero, values of 4 GB; and one key a day with TTLs of centuries.
    built(1_500, (i) => ({ at: 4.2e12, id: i % 3, size: i % 2 ? 4e9 : 1 })),
    built(1_500, (i) => ({ at: i * 86_400_000, id: i % 30, size: 100, ttlMs: 1e13, keyBytes: 65_000 })),
  ]
  const ttls: (Ttl | null | undefined)[] = [undefined, null, { ms: 1, jitter: 1, refreshOnRead: true }, { ms: 1e13, jitter: 1 }]
  const sizes: Sizes[] = [{ keys: [1, 1e12] }, { bytes: [1, 1_050_001, 1_200_000, 2 ** 50] }]
  const more: Partial<Question>[] = [
    {},
    { steady: true },
    { local: { keys: 1, ttlMs: 1, processes: 8 } },
    { samples: 64, lfuDecayMinutes: 0, lfuLogFactor: 0 },
  ]
  let points = 0
  for (const source of sources)
    for (const policy of POLICIES)
      for (const ttl of ttls)
        for (const size of sizes)
          for (const others of more) {
            const { curves: answer } = curves(source, { policy, sizes: size, ...(ttl !== undefined && { ttl }), ...others })
            for (const { keys, bytes, hitRatio, low, high, fills, age, held } of answer?.points ?? []) {
              points++
              const numbers = [keys, bytes ?? 0, hitRatio, low, high, fills, age?.mean ?? 0, age?.p95 ?? 0, held.keys, held.bytes ?? 0]
              expect(numbers.every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
              expect(low <= hitRatio && hitRatio <= high && high - low <= 0.15 + 1e-9).toBe(true)
            }
          }
  expect(points).toBeGreaterThan(3_000)
})

test('a sample of the keys says what all of them say, within its band', () => {
  const whole = traffic({
    seed: 11,
    requests: 120_000,
    perSecond: 2_000,
    keys: 40_000,
    driftPerSecond: 200,
    scan: { everySeconds: 10, keys: 2_000 },
  })
  let held = 0
  let asked = 0
  for (const policy of ['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'memcached'] as const)
    for (const rate of [0.4, 0.15]) {
      const question: Question = { policy, ttl: null, sizes: { keys: [2_000, 6_000, 15_000] } }
      const exact = curves(whole, question).curves!.points
      const { points } = curves(sampled(whole, rate), question).curves!
      points.forEach(({ low, high }, i) => {
        asked++
        if (low <= exact[i]!.hitRatio && exact[i]!.hitRatio <= high) held++
      })
    }
  expect(held / asked).toBeGreaterThanOrEqual(0.95)
})

test('a sample of the keys says of each part what all of them say, within its band', () => {
  const whole = pagesAndSessions(60_000)
  const partsOf = (from: References, question: Question) => curves(from, question).curves!.points[0]!.parts!
  let [held, told] = [0, 0]
  for (const policy of ['allkeys-lru', 'allkeys-lfu'] as const)
    for (const rate of [0.5, 0.3]) {
      const question: Question = { policy, ttl: null, parts: partsWith({ ms: 60_000, jitter: 0.1 }, undefined), sizes: { keys: [1_500] } }
      const exact = partsOf(whole, question)
      partsOf(sampled(whole, rate), question).forEach(({ hitRatio, held: { keys } }, i) => {
        told++
        if (hitRatio!.low <= exact[i]!.hitRatio!.value && exact[i]!.hitRatio!.value <= hitRatio!.high) held++
        expect(Math.abs(keys / exact[i]!.held.keys - 1)).toBeLessThan(0.15)
      })
    }
  expect(held).toBeGreaterThanOrEqual(told - 1)
})
