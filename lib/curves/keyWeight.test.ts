import { expect, test } from 'vitest'
import { pagesAndSessions, partsWith } from '../../test/partedTraffic.ts'
import { curves } from './curves.ts'
import { keyWeightOf } from './keyWeight.ts'
import { redisKeyBytes } from './memory.ts'
import type { PartOfKeys, Question } from './question.ts'

const [PAGE, SESSION] = [4_000, 100]
/** Pages weigh as much as twenty sessions. */
const mixed = (() => {
  const made = pagesAndSessions(20_000)
  return { ...made, size: Uint32Array.from(made.key, (key) => (made.part[key] === 1 ? PAGE : SESSION)) }
})()
const asked = (parts: PartOfKeys[]): Omit<Question, 'sizes'> => ({ policy: 'allkeys-lru', ttl: null, parts, steady: true })
const point = (question: Question) => curves(mixed, question).curves!.points[0]!

test('what large keys free, many small ones take: by the mean weight of keys a cache of so many behaves as one of so many bytes', () => {
  const bytes = 1_050_000 + 1_500_000
  const [before, after] = [partsWith(undefined, undefined), partsWith({ ms: 5_000, jitter: 0.1 }, undefined)]
  const [now, then] = [before, after].map((parts) => point({ ...asked(parts), sizes: { bytes: [bytes] } }))
  // As a live server tells it: the number of its keys now, not the most that it ever had.
  const sizes = { keys: [now!.parts!.reduce((sum, { held }) => sum + held.keys, 0)] }
  const present: Question = { ...asked(before), sizes }
  const keyWeight = keyWeightOf(mixed, present)!
  expect(keyWeight).toBeGreaterThan(2 * redisKeyBytes(10, SESSION))
  expect(keyWeight).toBeLessThan(0.8 * redisKeyBytes(10, PAGE))
  const session = (one: { parts?: { hitRatio: { value: number } | null }[] }) => one.parts![1]!.hitRatio!.value
  expect(session(then!)).toBeGreaterThan(session(now!) + 0.1)
  expect(session(point({ ...asked(before), sizes, keyWeight }))).toBeCloseTo(session(now!), 1)
  expect(Math.abs(session(point({ ...asked(after), sizes, keyWeight })) - session(then!))).toBeLessThan(0.02)
  // Counted one by one, the sessions would get as many places as pages left.
  expect(Math.abs(session(point({ ...asked(after), sizes })) - session(then!))).toBeGreaterThan(0.04)
})

test('of references without sizes, and in memcached, keys count as one', () => {
  const question: Question = { ...asked([]), sizes: { keys: [500] } }
  expect(keyWeightOf({ ...mixed, size: new Uint32Array(mixed.key.length) }, question)).toBeNull()
  expect(keyWeightOf(mixed, { ...question, policy: 'memcached' })).toBeNull()
  // The text of keys need not be known.
  expect(keyWeightOf({ ...mixed, keyBytes: null }, question)).toBeGreaterThan(200)
})
