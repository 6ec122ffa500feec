import { read4 } from './wide.ts'

const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1]
const turn = (value: number, by: number) => (value << by) | (value >>> (32 - by))
const round = (lane: number, word: number) => Math.imul(turn((lane + Math.imul(word, P2)) | 0, 13), P1)

/** xxHash32, unsigned. */
export function xxh32(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes
  let at = 0
  let hash: number
  if (length >= 16) {
    let [a, b, c, d] = [(seed + P1 + P2) | 0, (seed + P2) | 0, seed | 0, (seed - P1) | 0]
    for (; at + 16 <= length; at += 16) {
      a = round(a, read4(bytes, at))
      b = round(b, read4(bytes, at + 4))
      c = round(c, read4(bytes, at + 8))
      d = round(d, read4(bytes, at + 12))
    }
    hash = (turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18)) | 0
  } else hash = (seed + P5) | 0
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) hash = Math.imul(turn((hash + Math.imul(read4(bytes, at), P3)) | 0, 17), P4)
  for (; at < length; at++) hash = Math.imul(turn((hash + Math.imul(bytes[at]!, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}
