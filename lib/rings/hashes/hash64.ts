import { murmur3 } from './murmur3.ts'
import { xxh32 } from './xxh32.ts'

/** 64 bits of a key's bytes: two independent hashes of 32, unsigned. `client/hash64.ts` is the same for applications: references of one key must meet. */
export const hash64 = (bytes: Uint8Array): { high: number; low: number } => ({ high: murmur3(bytes), low: xxh32(bytes) >>> 0 })
