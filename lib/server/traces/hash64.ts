import { murmur3 } from '../../rings/hashes/murmur3.ts'
import { xxh32 } from '../../rings/hashes/xxh32.ts'

/** 64 bits of a key's bytes: two independent hashes of 32, unsigned. */
export const hash64 = (bytes: Uint8Array): { high: number; low: number } => ({ high: murmur3(bytes), low: xxh32(bytes) >>> 0 })
