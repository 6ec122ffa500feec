import { add, foldRight, multiply, read4, read8, rotate, set, type Wide, wide, xor } from './wide.ts'

const P1 = wide(11400714785074694791n)
const P2 = wide(14029467366897019727n)
const P3 = wide(1609587929392839161n)
const P4 = wide(9650029242287828579n)
const P5 = wide(2870177450012600261n)

const lanes: [Wide, Wide, Wide, Wide] = [wide(0n), wide(0n), wide(0n), wide(0n)]
const word = wide(0n)
const turned = wide(0n)
const hash = wide(0n)
const length = wide(0n)

function round(lane: Wide, input: Wide): void {
  multiply(input, P2)
  add(lane, input)
  rotate(lane, 31)
  multiply(lane, P1)
}

/** xxHash64 with a small seed. The answer is valid until the next call. */
export function xxh64(bytes: Uint8Array, seed = 0): Wide {
  let at = 0
  length.lo = seed
  length.hi = 0
  if (bytes.length >= 32) {
    const [a, b, c, d] = lanes
    for (const lane of lanes) set(lane, length)
    add(a, P1)
    add(a, P2)
    add(b, P2)
    // The fourth lane begins at seed − P1, in two's complement.
    turned.hi = ~P1.hi
    turned.lo = ~P1.lo
    add(d, turned)
    turned.hi = 0
    turned.lo = 1
    add(d, turned)
    for (; at + 32 <= bytes.length; at += 32)
      for (let i = 0; i < 4; i++) {
        read8(bytes, at + i * 8, word)
        round(lanes[i]!, word)
      }
    set(hash, a)
    rotate(hash, 1)
    for (const [lane, turn] of [
      [b, 7],
      [c, 12],
      [d, 18],
    ] as const) {
      set(turned, lane)
      rotate(turned, turn)
      add(hash, turned)
    }
    for (const lane of lanes) {
      turned.hi = 0
      turned.lo = 0
      round(turned, lane)
      xor(hash, turned)
      multiply(hash, P1)
      add(hash, P4)
    }
  } else {
    set(hash, length)
    add(hash, P5)
  }
  length.lo = bytes.length
  add(hash, length)
  for (; at + 8 <= bytes.length; at += 8) {
    read8(bytes, at, word)
    turned.hi = 0
    turned.lo = 0
    round(turned, word)
    xor(hash, turned)
    rotate(hash, 27)
    multiply(hash, P1)
    add(hash, P4)
  }
  if (at + 4 <= bytes.length) {
    word.hi = 0
    word.lo = read4(bytes, at)
    multiply(word, P1)
    xor(hash, word)
    rotate(hash, 23)
    multiply(hash, P2)
    add(hash, P3)
    at += 4
  }
  for (; at < bytes.length; at++) {
    word.hi = 0
    word.lo = bytes[at]!
    multiply(word, P5)
    xor(hash, word)
    rotate(hash, 11)
    multiply(hash, P1)
  }
  foldRight(hash, 33)
  multiply(hash, P2)
  foldRight(hash, 29)
  multiply(hash, P3)
  foldRight(hash, 32)
  return hash
}
