// MurmurHash3 (x86, 32-bit) and xxHash32, both with seed 0, in plain code: a reporter runs wherever JavaScript does and depends on nothing.
const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1]
const turn = (value: number, by: number) => (value << by) | (value >>> (32 - by))
const word = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

/** The upper half of a key's hash, unsigned: keys are sampled by it. */
export function highHash(bytes: Uint8Array, length = bytes.length): number {
  let hash = 0
  let at = 0
  for (; at + 4 <= length; at += 4) hash = (Math.imul(turn(hash ^ scrambled(word(bytes, at)), 13), 5) + 0xe6546b64) | 0
  let rest = 0
  for (let i = length - 1; i >= at; i--) rest = (rest << 8) | bytes[i]!
  if (at < length) hash ^= scrambled(rest)
  hash ^= length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
const scrambled = (k: number) => Math.imul(turn(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593)

/** The lower half, unsigned. */
export function lowHash(bytes: Uint8Array, length = bytes.length): number {
  let at = 0
  let hash = P5 | 0
  if (length >= 16) {
    const lanes = [(P1 + P2) | 0, P2 | 0, 0, -P1 | 0]
    for (; at + 16 <= length; at += 16)
      for (let lane = 0; lane < 4; lane++)
        lanes[lane] = Math.imul(turn((lanes[lane]! + Math.imul(word(bytes, at + 4 * lane), P2)) | 0, 13), P1)
    hash = (turn(lanes[0]!, 1) + turn(lanes[1]!, 7) + turn(lanes[2]!, 12) + turn(lanes[3]!, 18)) | 0
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) hash = Math.imul(turn((hash + Math.imul(word(bytes, at), P3)) | 0, 17), P4)
  for (; at < length; at++) hash = Math.imul(turn((hash + Math.imul(bytes[at]!, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}
