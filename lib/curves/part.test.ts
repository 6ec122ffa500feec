import { expect, test } from 'vitest'
import { pagesAndSessions as shared, partsWith as two } from '../../test/partedTraffic.ts'
import { curves } from './curves.ts'
import type { PartOfKeys, Question } from './question.ts'
import type { References } from './references.ts'

const MINUTE = 60_000
const ask = (from: References, question: Question) => {
  const { curves: answer, tooLittle } = curves(from, question)
  if (!answer) throw new Error(tooLittle)
  return answer.points[0]!
}

test('each is told by itself, and together they are the whole', () => {
  const point = ask(shared(15_000), { policy: 'allkeys-lru', parts: two(undefined, undefined), sizes: { keys: [1_500] }, steady: true })
  const [pages, sessions] = point.parts!
  expect(pages!.readsShare).toBeCloseTo(2 / 3, 1)
  expect(pages!.readsShare + sessions!.readsShare).toBeCloseTo(1, 10)
  expect(pages!.readsShare * pages!.hitRatio!.value + sessions!.readsShare * sessions!.hitRatio!.value).toBeCloseTo(point.hitRatio, 10)
  expect(pages!.fills! + sessions!.fills!).toBeCloseTo(point.fills, -1)
  expect(pages!.hitRatio!.value).toBeGreaterThan(sessions!.hitRatio!.value + 0.03)
  expect(pages!.held.keys + sessions!.held.keys).toBeGreaterThan(1_450)
  expect(pages!.held.keys + sessions!.held.keys).toBeLessThan(1_520)
  expect(pages!.held.bytes! / pages!.held.keys).toBeCloseTo(176, 0)
  const { low, high, value } = pages!.hitRatio!
  expect(low < value && value < high && high - low < 0.06).toBe(true)
})

test('another TTL of one part changes that part, and leaves its room in a full cache to the other', () => {
  const from = shared(30_000)
  const asked: Question = { policy: 'allkeys-lru', ttl: null, sizes: { keys: [1_500] } }
  const as = (first: PartOfKeys['ttl']) => ask(from, { ...asked, parts: two(first, undefined) }).parts!
  const [pages, sessions] = as(undefined)
  const [short, freed] = as({ ms: MINUTE / 4, jitter: 0.2 })
  expect(short!.hitRatio!.value).toBeLessThan(pages!.hitRatio!.value - 0.1)
  expect(short!.age!.p95).toBeLessThan(MINUTE / 3)
  expect(short!.held.keys).toBeLessThan(pages!.held.keys - 150)
  expect(freed!.held.keys).toBeGreaterThan(sessions!.held.keys + 150)
  expect(freed!.hitRatio!.value).toBeGreaterThan(sessions!.hitRatio!.value + 0.02)
  const [renewed] = as({ ms: MINUTE / 4, jitter: 0.2, refreshOnRead: true })
  expect(renewed!.hitRatio!.value).toBeGreaterThan(short!.hitRatio!.value + 0.05)
})

test('the whole is simulated as without them, unless one has another TTL', () => {
  const from = shared(15_000)
  const asked: Question = { policy: 'allkeys-lfu', ttl: { ms: MINUTE, jitter: 0.1 }, sizes: { bytes: [1_300_000] } }
  const { parts: _, ...withParts } = ask(from, { ...asked, parts: two(undefined, undefined) })
  expect(withParts).toEqual(ask(from, asked))
  expect(ask(from, { ...asked, parts: two({ ms: MINUTE, jitter: 0.1 }, null) }).hitRatio).toBeGreaterThan(withParts.hitRatio)
})

test('in memcached too; of a part without reads nothing is told', () => {
  const { parts } = ask(shared(15_000), {
    policy: 'memcached',
    parts: [...two({ ms: MINUTE }, null), { match: 'none:*', ttl: { ms: 1_000 } }],
    sizes: { keys: [1_500] },
  })
  expect(parts![1]!.hitRatio!.value).toBeGreaterThan(0.2)
  expect(parts![2]).toEqual({ match: 'none:*', hitRatio: null, fills: null, readsShare: 0, age: null, held: { keys: 0, bytes: 0 } })
})
