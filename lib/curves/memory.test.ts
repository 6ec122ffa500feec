import { expect, test } from 'vitest'
import { allocated, grownSlots, REDIS_EXPIRY_BYTES, redisKeyBytes, SLOT_BYTES, SLOTS_LEAST } from './memory.ts'

test('sizes are jemalloc’s classes with a quantum of 16', () => {
  expect([1, 8, 9, 24, 128, 129, 161, 520, 641, 14_337].map(allocated)).toEqual([8, 8, 16, 32, 128, 160, 192, 640, 768, 16_384])
})

test('a key takes what used_memory of Debian’s Redis 7.0.15 grew by', () => {
  // Length of the key, bytes of the value, TTL, keys; bytes a key, measured.
  const measured: [number, number, boolean, number, number][] = [
    [10, 512, true, 10_000, 762.21],
    [10, 10, false, 20_000, 93.06],
    [30, 44, false, 20_000, 141.11],
    [31, 45, false, 20_000, 173.11],
    [32, 100, true, 20_000, 266.24],
    [64, 1_000, false, 5_000, 1_165.11],
    [20, 5_000, false, 3_000, 5_210.92],
    [20, 20_000, true, 1_000, 20_608.38],
    [14, 227, false, 8_193, 336],
    [100, 2_000, false, 8_000, 2_216.19],
  ]
  for (const [length, size, ttl, keys, bytes] of measured) {
    const table = grownSlots(SLOTS_LEAST, keys) * SLOT_BYTES
    const each = redisKeyBytes(length, size) + (ttl ? REDIS_EXPIRY_BYTES : 0) + (table * (ttl ? 2 : 1)) / keys
    expect(Math.abs(each / bytes - 1), `${length} ${size}`).toBeLessThan(0.002)
  }
})

test('a bucket table waits where the doubled one would exceed maxmemory, until chains are 1.618 long', () => {
  expect(grownSlots(4, 1_000)).toBe(1_024)
  expect(grownSlots(1_024, 1_100, 0)).toBe(1_024)
  expect(grownSlots(1_024, 1_100, 2_048 * SLOT_BYTES)).toBe(2_048)
  expect(grownSlots(1_024, 1_700, 0)).toBe(2_048)
})
