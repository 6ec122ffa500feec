import { foldRight, multiply, read8, type Wide, wide, xor } from './wide.ts'

const MIX = wide(0xc6a4a7935bd1e995n)
// The seed of libstdc++'s std::hash, which Envoy repeats for its MURMUR_HASH_2.
const SEED = wide(0xc70f6907n)

const hash = wide(0n)
const word = wide(0n)

/** MurmurHash2, 64-bit, as Envoy has it. The answer is valid until the next call. */
export function murmur2(bytes: Uint8Array): Wide {
  hash.hi = 0
  hash.lo = bytes.length
  multiply(hash, MIX)
  xor(hash, SEED)
  let at = 0
  for (; at + 8 <= bytes.length; at += 8) {
    read8(bytes, at, word)
    multiply(word, MIX)
    foldRight(word, 47)
    multiply(word, MIX)
    xor(hash, word)
    multiply(hash, MIX)
  }
  if (at < bytes.length) {
    word.hi = 0
    word.lo = 0
    for (let i = at; i < bytes.length; i++) {
      const place = i - at
      if (place < 4) word.lo |= bytes[i]! << (8 * place)
      else word.hi |= bytes[i]! << (8 * (place - 4))
    }
    xor(hash, word)
    multiply(hash, MIX)
  }
  foldRight(hash, 47)
  multiply(hash, MIX)
  foldRight(hash, 47)
  return hash
}
