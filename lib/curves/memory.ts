import type { References } from './references.ts'

/**
 * What a plain Redis 7.0 as Debian builds it uses besides its keys, bytes of `used_memory`, which is what `maxmemory` is held against: 0.95 MB
 * at its start, 1.00 to 1.09 with the buffers of a few busy clients and a script.
 */
export const REDIS_EMPTY_BYTES = 1_050_000
/** How far that may be off either way. */
export const REDIS_EMPTY_SLACK = 50_000

const DICT_ENTRY = 24
const OBJECT = 16
/** A value of at most so many bytes lies in one allocation with its object (embstr). */
const EMBEDDED_MOST = 44
const EMBEDDED_HEADER = 19
const LOAD_MOST = 1.618

/** The size that jemalloc really gives (size classes with a quantum of 16: Debian links its own jemalloc, not the one bundled with Redis). */
export function allocated(bytes: number): number {
  if (bytes <= 8) return 8
  if (bytes <= 128) return Math.ceil(bytes / 16) * 16
  // Four classes to each doubling.
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3)
  return Math.ceil(bytes / step) * step
}

/** A string with its header (sds) and its final zero. */
function stringBytes(length: number): number {
  const header = length < 32 ? 1 : length < 256 ? 3 : length < 65_536 ? 5 : 9
  return allocated(header + length + 1)
}

/** Bytes of one string key with a value of that size, without the bucket table: `used_memory` counts them, MEMORY USAGE leaves a part out. */
export function redisKeyBytes(keyLength: number, valueSize: number): number {
  const value = valueSize <= EMBEDDED_MOST ? allocated(EMBEDDED_HEADER + valueSize + 1) : allocated(OBJECT) + stringBytes(valueSize)
  return stringBytes(keyLength) + allocated(DICT_ENTRY) + value
}

/** Bytes of the key that each row fills, as above; null where the text of keys is not known. */
export function redisCosts({ key, keyBytes, size }: References): Uint32Array | null {
  return keyBytes && Uint32Array.from(key, (k, row) => redisKeyBytes(keyBytes[k]!, size[row]!))
}

/** Of a key of which only the value is known: most are about as long. */
const USUAL_KEY = 32

/** The same where the text of keys is not known: how much one takes beside another is told by its value. */
export const redisWeights = (references: References): Uint32Array =>
  redisCosts(references) ?? Uint32Array.from(references.size, (size) => redisKeyBytes(USUAL_KEY, size))

/** What an expiry time adds, without its bucket table. */
export const REDIS_EXPIRY_BYTES = allocated(DICT_ENTRY)

/** Buckets of an empty hash table, and the bytes of each. */
export const SLOTS_LEAST = 4
export const SLOT_BYTES = 8

/**
 * The buckets of a hash table for so many entries: doubled when there are more entries than buckets, or, where the new table would exceed
 * `maxmemory`, only when chains are 1.618 long on average (dict.c and dictExpandAllowed of 7.0).
 */
export function grownSlots(slots: number, entries: number, room = Number.POSITIVE_INFINITY): number {
  let grown = slots
  while (entries > grown && (entries > grown * LOAD_MOST || 2 * grown * SLOT_BYTES <= room)) grown *= 2
  return grown
}
