import { read4 } from './wide.ts'

/** MurmurHash3, x86, 32-bit, seed 0, unsigned. */
export function murmur3(bytes: Uint8Array): number {
  const { length } = bytes
  let hash = 0
  let at = 0
  for (; at + 4 <= length; at += 4) {
    hash ^= mixed(read4(bytes, at))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = length - 1; i >= at; i--) rest = (rest << 8) | bytes[i]!
  if (at < length) hash ^= mixed(rest)
  hash ^= length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixed(word: number): number {
  const first = Math.imul(word, 0xcc9e2d51)
  return Math.imul((first << 15) | (first >>> 17), 0x1b873593)
}
