import { POWERS, scaleOf } from './codec.ts'
import type { Rooms } from './rooms.ts'

/** Samples of one block. */
export const BLOCK = 64

/** No decimals, or steps too far apart: the doubles as they are. */
const PLAIN = 63
const HALF = 2 ** 31
/** Words of a head: the block before, the least step, and the first value with the width of the steps and the number of decimals. */
const HEAD = 4
const WORD = 4

const wholes = new Float64Array(BLOCK)

/** Bytes of a block whose steps take so many bits each. */
const sizeOf = (width: number): number => HEAD * WORD + (width === PLAIN ? 8 * BLOCK : WORD * Math.ceil(((BLOCK - 1) * width) / 32))

/**
 * Puts a block of values into a room, without loss: whole numbers where they are decimals, their steps less the smallest of these, each in as many bits as
 * the largest needs (frame of reference over differences). Counters that jitter take about one byte each. `before`: the room of the block before.
 */
export function pack(rooms: Rooms, values: Float64Array, before: number): number {
  const scale = scaleOf(values)
  const power = POWERS[scale ?? 0]!
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < BLOCK; i++) {
    wholes[i] = Math.round(values[i]! * power)
    if (i === 0) continue
    const step = wholes[i]! - wholes[i - 1]!
    if (step < least) least = step
    if (step > most) most = step
  }
  const fits = scale !== null && least >= -HALF && least < HALF && most - least < 2 * HALF
  const width = fits ? 32 - Math.clz32(most - least) : PLAIN
  const room = rooms.take(sizeOf(width))
  const { words, doubles } = rooms.page(room)
  const start = rooms.word(room)
  words[start] = before
  words[start + 3] = width << 4
  if (width === PLAIN) {
    doubles.set(values, (start + HEAD) / 2)
    return room
  }
  const first = wholes[0]!
  const high = Math.floor(first / (2 * HALF))
  words[start + 1] = least
  words[start + 2] = first - high * 2 * HALF
  words[start + 3] = (high << 10) | (width << 4) | scale!
  words.fill(0, start + HEAD, start + sizeOf(width) / WORD)
  for (let i = 1, bit = 32 * (start + HEAD); i < BLOCK; i++, bit += width) {
    const shift = bit & 31
    const step = wholes[i]! - wholes[i - 1]! - least
    if (width > 0) words[bit >>> 5]! |= step << shift
    if (shift + width > 32) words[(bit >>> 5) + 1]! |= step >>> (32 - shift)
  }
  return room
}

/** The room of the block before. */
export const blockBefore = (rooms: Rooms, room: number): number => rooms.page(room).words[rooms.word(room)]!

/** From now on that one is the block before. */
export function setBlockBefore(rooms: Rooms, room: number, before: number): void {
  rooms.page(room).words[rooms.word(room)] = before
}

/** Gives the room of a block back. */
export const giveBlock = (rooms: Rooms, room: number): void =>
  rooms.give(room, sizeOf((rooms.page(room).words[rooms.word(room) + 3]! >>> 4) & 63))

/** Puts the values of the block from one index to before another into `to`, from `at` on. */
export function unpack(rooms: Rooms, room: number, from: number, until: number, to: Float64Array, at: number): void {
  if (from >= until) return
  const { words, doubles } = rooms.page(room)
  const start = rooms.word(room)
  const last = words[start + 3]!
  const width = (last >>> 4) & 63
  if (width === PLAIN) {
    for (let i = from, place = (start + HEAD) / 2 + from; i < until; i++, place++) to[at + i - from] = doubles[place]!
    return
  }
  const power = POWERS[last & 15]!
  const least = words[start + 1]!
  const mask = width === 32 ? -1 : (1 << width) - 1
  let whole = (last >> 10) * 2 * HALF + (words[start + 2]! >>> 0)
  let bit = 32 * (start + HEAD)
  // What lies before is only summed up.
  for (let i = 1; i <= from; i++, bit += width) whole += least + ((bitsAt(words, bit, width) & mask) >>> 0)
  to[at] = whole / power
  const end = at + until - from
  for (let i = at + 1; i < end; i++, bit += width) {
    whole += least + ((bitsAt(words, bit, width) & mask) >>> 0)
    to[i] = power === 1 ? whole : whole / power
  }
}

/** The bits from there on, with others behind them. */
function bitsAt(words: Int32Array, bit: number, width: number): number {
  const shift = bit & 31
  const step = words[bit >>> 5]! >>> shift
  return shift + width > 32 ? step | (words[(bit >>> 5) + 1]! << (32 - shift)) : step
}

/** What all values of the block are, NaN when they differ. */
export function sameOf(rooms: Rooms, room: number): number {
  const { words } = rooms.page(room)
  const start = rooms.word(room)
  if (((words[start + 3]! >>> 4) & 63) !== 0 || words[start + 1] !== 0) return Number.NaN
  unpack(rooms, room, 0, 1, wholes, 0)
  return wholes[0]!
}
