import { grownSlots, REDIS_EMPTY_BYTES, REDIS_EXPIRY_BYTES, SLOT_BYTES, SLOTS_LEAST } from './memory.ts'
import type { References } from './references.ts'

/** What a running server uses for its keys now. */
export type MeasuredMemory = { usedBytes: number; keys: number }

/**
 * By how much the keys of a running server take more than the model of Redis 7.0 says: other versions, allocators and types of values lay keys
 * out differently. The mean over the referenced keys stands for all that the server holds.
 */
export function memoryScale({ usedBytes, keys }: MeasuredMemory, { key, ttlMs }: References, costs: Uint32Array): number {
  const last = new Map<number, number>()
  for (let row = 0; row < key.length; row++) last.set(key[row]!, costs[row]! + (ttlMs[row]! > 0 ? REDIS_EXPIRY_BYTES : 0))
  let sum = 0
  for (const cost of last.values()) sum += cost
  const modelled = (keys * sum) / Math.max(1, last.size) + grownSlots(SLOTS_LEAST, keys) * SLOT_BYTES
  const used = usedBytes - REDIS_EMPTY_BYTES
  return used > 0 && modelled > 0 ? used / modelled : 1
}
