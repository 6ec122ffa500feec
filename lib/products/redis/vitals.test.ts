import { expect, test } from 'vitest'
import { vitalsOf } from './vitals.ts'

const none = { has: () => false }
const text = (hits: string) =>
  `run_id:a\r\nkeyspace_hits:${hits}\r\nkeyspace_misses:10\r\nused_cpu_sys:1\r\nused_cpu_user:1\r\nevicted_keys:5\r\n`
const vitals = (hits: string, at: number, before: ReturnType<typeof vitalsOf> | null = null) => vitalsOf(text(hits), at, before, none)

test('rates are of the time since the INFO before', () => {
  expect(vitals('400', 3_000, vitals('100', 1_000))).toMatchObject({ lookupsPerSecond: 150, evictedPerSecond: 0, cpu: 0 })
  expect(vitals('400', 3_000).lookupsPerSecond).toBeNull()
})

test.each(['-', '-1', '1e999', '18446744073709551615', '0x10', ' ', ''])('after a count of %j the next is no rate', (hits) => {
  const odd = vitals(hits, 1_000)
  expect(odd.counted.lookups).toBeNaN()
  const after = vitals('1000000000', 2_000, odd)
  expect(after.lookupsPerSecond).toBeNull()
  expect(vitals('1000000100', 3_000, after).lookupsPerSecond).toBe(100)
})

test('keys are known where every database tells of them', () => {
  const of = (lines: string) => {
    const { keys, keysExpiring } = vitalsOf(`run_id:a\r\n# Keyspace\r\n${lines}`, 0, null, none)
    return { keys, keysExpiring }
  }
  expect(of('db0:keys=7,expires=2,avg_ttl=0\r\ndb3:keys=1,expires=0\r\n')).toEqual({ keys: 8, keysExpiring: 2 })
  expect(of('')).toEqual({ keys: 0, keysExpiring: 0 })
  expect(of('db0:keys=7,expires=2\r\ndb3:keys=1\r\n')).toEqual({ keys: 8, keysExpiring: null })
  expect(of('db0:keys=7,expires=-1\r\n')).toEqual({ keys: 7, keysExpiring: null })
  expect(of(`db0:keys=${'9'.repeat(400)},expires=2\r\n`)).toEqual({ keys: null, keysExpiring: 2 })
})
