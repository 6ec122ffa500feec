/** An unsigned 64-bit number in two halves: BigInt would cost ten times as much for each hash. */
export type Wide = { hi: number; lo: number }

export const wide = (value: bigint): Wide => ({ hi: Number((value >> 32n) & 0xffffffffn) | 0, lo: Number(value & 0xffffffffn) | 0 })
/** As a double: good for shares, not for finding an owner. */
export const numberOf = ({ hi, lo }: Wide): number => (hi >>> 0) * 2 ** 32 + (lo >>> 0)

/** The upper 32 bits of the product of two unsigned 32-bit numbers. */
function high(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const first = a0 * b1 + ((a0 * b0) >>> 16)
  const second = a1 * b0 + (first & 0xffff)
  return (a1 * b1 + (first >>> 16) + (second >>> 16)) | 0
}

/** The operations change their first argument. */
export function multiply(into: Wide, by: Wide): void {
  const hi = (high(into.lo, by.lo) + Math.imul(into.hi, by.lo) + Math.imul(into.lo, by.hi)) | 0
  into.lo = Math.imul(into.lo, by.lo)
  into.hi = hi
}
export function add(into: Wide, other: Wide): void {
  const lo = (into.lo >>> 0) + (other.lo >>> 0)
  into.hi = (into.hi + other.hi + (lo > 0xffffffff ? 1 : 0)) | 0
  into.lo = lo | 0
}
export function xor(into: Wide, other: Wide): void {
  into.hi ^= other.hi
  into.lo ^= other.lo
}
export function rotate(into: Wide, left: number): void {
  const { hi, lo } = into
  const by = left & 31
  const a = by ? (hi << by) | (lo >>> (32 - by)) : hi
  const b = by ? (lo << by) | (hi >>> (32 - by)) : lo
  into.hi = left < 32 ? a : b
  into.lo = left < 32 ? b : a
}
/** `value ^= value >>> right`. */
export function foldRight(into: Wide, right: number): void {
  const { hi, lo } = into
  if (right < 32) {
    into.lo = lo ^ ((lo >>> right) | (hi << (32 - right)))
    into.hi = hi ^ (hi >>> right)
  } else into.lo = lo ^ (hi >>> (right - 32))
}
export function set(into: Wide, from: Wide): void {
  into.hi = from.hi
  into.lo = from.lo
}
/** Eight little-endian bytes. */
export function read8(bytes: Uint8Array, at: number, into: Wide): void {
  into.lo = read4(bytes, at)
  into.hi = read4(bytes, at + 4)
}
export const read4 = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
/** A word with its four bytes in the other order, unsigned. */
export const swap4 = (word: number): number => ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
