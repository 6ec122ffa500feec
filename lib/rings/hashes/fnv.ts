import { type Wide, wide } from './wide.ts'

const PRIME_32 = 0x01000193
// 2^40 + 0x1b3: the low half of the prime, and its one bit in the high half.
const PRIME_64_LOW = 0x1b3
const BEGIN_64 = wide(0xcbf29ce484222325n)

/** FNV-1a, 32-bit, unsigned, over unsigned bytes; `from` carries an earlier call on. */
export function fnv1a32(bytes: Uint8Array, from = 0x811c9dc5): number {
  let hash = from | 0
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, PRIME_32)
  return hash >>> 0
}

/** FNV-1a, 64-bit; `from` carries an earlier call on and is left as it is. */
export function fnv1a64(bytes: Uint8Array, from: Wide = BEGIN_64): Wide {
  let { hi, lo } = from
  for (let i = 0; i < bytes.length; i++) {
    lo = (lo ^ bytes[i]!) >>> 0
    // lo · 0x1b3 is below 2^41: exact in a double.
    const low = lo * PRIME_64_LOW
    hi = (Math.imul(hi, PRIME_64_LOW) + Math.floor(low / 2 ** 32) + (lo << 8)) | 0
    lo = low >>> 0
  }
  return { hi, lo: lo | 0 }
}
