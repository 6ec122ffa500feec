import { POWERS, scaleOf } from './codec.ts'
import { BLOCK, pack } from './packed.ts'
import type { Rooms } from './rooms.ts'

/** Doubles as they are. */
const PLAIN = 8
const WHOLE_MOST = 2 ** 50
/** Words of its head: the newest packed block, how many values it holds, how many packed blocks there are, how many values of the oldest block are dropped, its format; as doubles the first value as a whole number and the usual step. */
const [COUNT, BLOCKS, SKIP, FORMAT] = [1, 2, 3, 4]
const [FIRST, STEP, HEAD] = [3, 4, 5]

/** How values are written: a whole number for so many decimals, the steps between them less the usual one in so many bytes. */
type Format = { bytes: 1 | 2 | 4 | 8; scale: number; step: number }

const sizeOf = (bytes: number): number => 8 * HEAD + bytes * BLOCK
const opened = new Float64Array(BLOCK + 1)

const wordsOf = (rooms: Rooms, room: number, word: number): number => rooms.page(room).words[rooms.word(room) + word]!

export const newestBlock = (rooms: Rooms, room: number): number => wordsOf(rooms, room, 0)
export const countOf = (rooms: Rooms, room: number): number => wordsOf(rooms, room, COUNT)
export const blocksOf = (rooms: Rooms, room: number): number => wordsOf(rooms, room, BLOCKS)
export const skipOf = (rooms: Rooms, room: number): number => wordsOf(rooms, room, SKIP)

/** Blocks before it were dropped: those that are left, and how many values of the oldest of them are dropped too. */
export function setBefore(rooms: Rooms, room: number, newest: number, blocks: number, skip: number): void {
  const { words } = rooms.page(room)
  const at = rooms.word(room)
  words[at] = newest
  words[at + BLOCKS] = blocks
  words[at + SKIP] = skip
}

/** The room of a block of these values, with so many packed blocks before it. */
export function openBlock(rooms: Rooms, values: Float64Array, before: { newest: number; blocks: number; skip: number }): number {
  return written(rooms, values, formatOf(values), before)
}

/** Adds a value behind the last one; the room that the block has now. */
export function addTo(rooms: Rooms, room: number, value: number, last: number): number {
  const page = rooms.page(room)
  const at = rooms.word(room)
  const count = page.words[at + COUNT]!
  if (count < BLOCK) {
    const format = page.words[at + FORMAT]!
    const bytes = format & 15
    const data = 4 * at + 8 * HEAD + bytes * count
    if (bytes === PLAIN) page.doubles[data >> 3] = value
    else {
      const power = POWERS[format >> 4]!
      const whole = Math.round(value * power)
      const rest = whole - Math.round(last * power) - page.doubles[(at >> 1) + STEP]!
      if (whole / power !== value || Math.abs(whole) > WHOLE_MOST) return rewritten(rooms, room, value)
      if (bytes === 1 && rest >= -128 && rest <= 127) page.bytes[data] = rest
      else if (bytes === 2 && rest >= -32_768 && rest <= 32_767) page.shorts[data >> 1] = rest
      else if (bytes === 4 && rest === (rest | 0)) page.words[data >> 2] = rest
      else return rewritten(rooms, room, value)
    }
    page.words[at + COUNT] = count + 1
    return room
  }
  readOpen(rooms, room, 0, BLOCK, opened, 0)
  const newest = pack(rooms, opened.subarray(0, BLOCK), newestBlock(rooms, room))
  const before = { newest, blocks: blocksOf(rooms, room) + 1, skip: skipOf(rooms, room) }
  // The next values most likely step like these.
  const likely = formatOf(opened.subarray(0, BLOCK))
  opened[0] = value
  const one = opened.subarray(0, 1)
  const format = likely.bytes === PLAIN || scaleOf(one, likely.scale) === likely.scale ? likely : formatOf(one)
  giveOpen(rooms, room)
  return written(rooms, one, format, before)
}

/** Puts its values from one index to before another into `to`, from `at` on. */
export function readOpen(rooms: Rooms, room: number, from: number, until: number, to: Float64Array, at: number): void {
  if (from >= until) return
  const { words, doubles, bytes, shorts } = rooms.page(room)
  const start = rooms.word(room)
  const format = words[start + FORMAT]!
  const width = format & 15
  if (width === PLAIN) {
    for (let i = from, place = start / 2 + HEAD + from; i < until; i++, place++) to[at + i - from] = doubles[place]!
    return
  }
  const power = POWERS[format >> 4]!
  const step = doubles[start / 2 + STEP]!
  let whole = doubles[start / 2 + FIRST]!
  const column = width === 1 ? bytes : width === 2 ? shorts : words
  const data = (4 * start + 8 * HEAD) / width
  // What lies before is only summed up.
  for (let i = 1; i <= from; i++) whole += step + column[data + i]!
  to[at] = whole / power
  for (let i = from + 1; i < until; i++) {
    whole += step + column[data + i]!
    to[at + i - from] = power === 1 ? whole : whole / power
  }
}

export const giveOpen = (rooms: Rooms, room: number): void => rooms.give(room, sizeOf(wordsOf(rooms, room, FORMAT) & 15))

/** Anew, with one value more that does not fit as the others are written. */
function rewritten(rooms: Rooms, room: number, value: number): number {
  const count = countOf(rooms, room)
  readOpen(rooms, room, 0, count, opened, 0)
  opened[count] = value
  const before = { newest: newestBlock(rooms, room), blocks: blocksOf(rooms, room), skip: skipOf(rooms, room) }
  giveOpen(rooms, room)
  return openBlock(rooms, opened.subarray(0, count + 1), before)
}

function formatOf(values: Float64Array): Format {
  const scale = scaleOf(values)
  if (scale === null) return { bytes: PLAIN, scale: 0, step: 0 }
  if (values.length === 1) return { bytes: 1, scale, step: 0 }
  const power = POWERS[scale]!
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 1; i < values.length; i++) {
    const step = Math.round(values[i]! * power) - Math.round(values[i - 1]! * power)
    least = Math.min(least, step)
    most = Math.max(most, step)
  }
  const step = Math.floor((least + most) / 2)
  const rest = most - step
  return { bytes: rest <= 127 ? 1 : rest <= 32_767 ? 2 : rest < 2 ** 31 ? 4 : PLAIN, scale, step }
}

function written(
  rooms: Rooms,
  values: Float64Array,
  { bytes, scale, step }: Format,
  before: { newest: number; blocks: number; skip: number },
): number {
  const room = rooms.take(sizeOf(bytes))
  const page = rooms.page(room)
  const start = rooms.word(room)
  setBefore(rooms, room, before.newest, before.blocks, before.skip)
  page.words[start + COUNT] = values.length
  page.words[start + FORMAT] = (scale << 4) | bytes
  if (bytes === PLAIN) {
    page.doubles.set(values, start / 2 + HEAD)
    return room
  }
  const power = POWERS[scale]!
  let whole = Math.round(values[0]! * power)
  page.doubles[start / 2 + FIRST] = whole
  page.doubles[start / 2 + STEP] = step
  const column = bytes === 1 ? page.bytes : bytes === 2 ? page.shorts : page.words
  const data = (4 * start + 8 * HEAD) / bytes
  for (let i = 1; i < values.length; i++) {
    const next = Math.round(values[i]! * power)
    column[data + i] = next - whole - step
    whole = next
  }
  return room
}
