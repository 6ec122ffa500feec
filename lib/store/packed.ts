import { POWERS, scaleOf } from './codec.ts'

/** Samples of one block. */
export const BLOCK = 64

/** No decimals, or steps too far apart: the doubles as they are. */
const PLAIN = 255
/** So many bits and the seven before them in their first byte are read at once. */
const WIDTH_MOST = 25
const HEAD = 18
const WORDS = BLOCK * 8

const room = new DataView(new ArrayBuffer(HEAD + WORDS + 4))
const bytes = new Uint8Array(room.buffer)
const wholes = new Float64Array(BLOCK)

/**
 * A block of values in few bytes, without loss: whole numbers where they are decimals, their steps less the smallest of these, each in as many bits as the
 * largest needs (frame of reference over differences). Counters that jitter take about one byte each. Good until the next call.
 */
export function packed(values: ArrayLike<number>): Uint8Array {
  const scale = scaleOf(values)
  const power = POWERS[scale ?? 0]!
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < BLOCK; i++) {
    wholes[i] = Math.round(values[i]! * power)
    if (i === 0) continue
    const step = wholes[i]! - wholes[i - 1]!
    if (step < least) least = step
    if (step > most) most = step
  }
  const width = scale === null || most - least >= 2 ** WIDTH_MOST ? PLAIN : 32 - Math.clz32(most - least)
  bytes[0] = width
  if (width === PLAIN) {
    for (let i = 0; i < BLOCK; i++) room.setFloat64(1 + 8 * i, values[i]!, true)
    return bytes.subarray(0, 1 + WORDS)
  }
  bytes[1] = scale!
  room.setFloat64(2, wholes[0]!, true)
  room.setFloat64(10, least, true)
  const size = sizeOf(width)
  bytes.fill(0, HEAD, size + 4)
  for (let i = 1, bit = 8 * HEAD; i < BLOCK; i++, bit += width) {
    const byte = bit >>> 3
    room.setUint32(byte, room.getUint32(byte, true) | ((wholes[i]! - wholes[i - 1]! - least) << (bit & 7)), true)
  }
  return bytes.subarray(0, size)
}

/** Bytes that have to stand behind the last of several blocks. */
export const BEHIND = 3

/** How many bytes the block takes that begins there. */
export const packedSize = (from: Uint8Array, start: number): number => (from[start] === PLAIN ? 1 + WORDS : sizeOf(from[start]!))

/**
 * Puts the values of the block that begins there into `to`, from `at` on: all of them, or the first so many. It is read where it stands: `BEHIND` bytes
 * after it have to be there.
 */
export function unpack(from: Uint8Array, start: number, to: Float64Array, at: number, count = BLOCK): void {
  const width = from[start]!
  if (width === PLAIN) {
    for (let i = 1; i <= 8 * count; i++) bytes[i] = from[start + i]!
    for (let i = 0; i < count; i++) to[at + i] = room.getFloat64(1 + 8 * i, true)
    return
  }
  for (let i = 0; i < HEAD; i++) bytes[i] = from[start + i]!
  const power = POWERS[bytes[1]!]!
  const least = room.getFloat64(10, true)
  const mask = 2 ** width - 1
  let whole = room.getFloat64(2, true)
  to[at] = whole / power
  for (let i = 1, bit = 8 * (start + HEAD); i < count; i++, bit += width) {
    const byte = bit >>> 3
    const four = from[byte]! | (from[byte + 1]! << 8) | (from[byte + 2]! << 16) | (from[byte + 3]! << 24)
    whole += least + ((four >>> (bit & 7)) & mask)
    to[at + i] = power === 1 ? whole : whole / power
  }
}

/** What all values of the block that begins there are, NaN when they differ. */
export function sameOf(from: Uint8Array, start: number): number {
  if (from[start] !== 0) return Number.NaN
  for (let i = 0; i < HEAD; i++) bytes[i] = from[start + i]!
  return room.getFloat64(10, true) === 0 ? room.getFloat64(2, true) / POWERS[bytes[1]!]! : Number.NaN
}

const sizeOf = (width: number): number => HEAD + Math.ceil(((BLOCK - 1) * width) / 8)
