import { expect, test } from 'vitest'
import type { TargetView } from '@/lib/model/answers/target.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'
import { originPerSecond, rangeWith, targetInfo, traceInfo, unitOf } from './source.ts'

const trace = (part: Partial<TraceView>) =>
  ({ name: 'shop', format: 'csv', requests: 300_000, keys: 20_000, from: 0, to: 600, valueBytesMean: 400, ...part }) as TraceView
const target = (figures: Record<string, number>) =>
  ({
    name: 'cache-a',
    figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, { value }])),
  }) as unknown as TargetView
const NOTHING = { can: {}, memory: null, policy: null, samples: null, isRead: false }

test('a trace is asked by bytes where it tells sizes and keys, else by keys', () => {
  expect(unitOf(traceInfo(trace({})), null)).toBe('bytes')
  expect(unitOf(traceInfo(trace({ format: 'oracle' })), 'bytes')).toBe('keys')
  expect(unitOf(traceInfo(trace({ valueBytesMean: null })), null)).toBe('keys')
  const { bytes, keys } = traceInfo(trace({})).ranges
  expect(bytes!.high).toBeGreaterThan(20_000 * 400)
  expect(bytes!.low).toBeGreaterThanOrEqual(1.5 * 2 ** 20)
  expect(keys).toEqual({ by: 'keys', low: 200, high: 20_000 })
  expect(traceInfo(trace({ keys: 20 })).ranges.bytes).toBeUndefined()
})

test('a live cache is asked around what it has; without a limit, around what it uses, held still', () => {
  const limited = targetInfo(target({ memoryUsed: 90e6, items: 1_234_567 }), {
    ...NOTHING,
    memory: 104_857_600,
    policy: 'allkeys-lfu',
    samples: 5,
    isRead: true,
  })
  expect(limited).toMatchObject({ live: 104_857_600, policy: 'allkeys-lfu', first: { bytes: 104_857_600, keys: 1_200_000 } })
  const [now, then] = [90_000_123, 90_312_456].map((memoryUsed) => targetInfo(target({ memoryUsed }), { ...NOTHING, memory: 0 }))
  expect(now).toEqual(then)
  expect(now!.live).toBeNull()
  expect(unitOf(targetInfo(target({}), NOTHING), null)).toBeNull()
  const full = [2_050_000, 2_097_152, 2_099_999].map(
    (memoryUsed) => targetInfo(target({ memoryUsed }), { ...NOTHING, memory: 2 ** 21 }).ranges.bytes,
  )
  for (const range of full) expect(range).toEqual({ by: 'bytes', low: 1.5 * 2 ** 20, high: 2 ** 23 })
  const tooLarge = targetInfo(target({ memoryUsed: 4e6 }), { ...NOTHING, memory: 2 ** 28 })
  expect(tooLarge.ranges.bytes).toEqual({ by: 'bytes', low: 1.5 * 2 ** 20, high: 1.5 * 2 ** 28 })
})

test('a server that has settings but none for it evicts by the one rule that memcached has; until they are read, nothing is said', () => {
  expect(targetInfo(target({ memoryUsed: 1e6 }), { ...NOTHING, isRead: true })).toMatchObject({ policy: 'memcached', policies: [] })
  expect(targetInfo(target({ memoryUsed: 1e6 }), NOTHING).policy).toBeNull()
})

test('a marked size from an address widens the range', () => {
  const range = { by: 'keys', low: 50, high: 20_000 } as const
  expect(rangeWith(range, { by: 'keys', value: 100 })).toBe(range)
  expect(rangeWith(range, { by: 'keys', value: 3 })).toEqual({ by: 'keys', low: 2, high: 20_000 })
})

test('misses become a rate by the time of a trace or the reads of now, and none where no time is told', () => {
  const point = { fills: 1_200, hitRatio: 0.9 }
  expect(originPerSecond(traceInfo(trace({})), point)).toBe(2)
  expect(originPerSecond(traceInfo(trace({ from: null, to: null })), point)).toBeNull()
  expect(originPerSecond(targetInfo(target({ memoryUsed: 1e6, readsPerSecond: 500 }), NOTHING), point)).toBeCloseTo(50)
})
