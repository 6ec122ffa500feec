/** Room for 290 series of a quarter of an hour. */
const SIZE = 2 ** 18

let room: Float64Array | null = null
let used = 0

/**
 * A column to be filled and read at once: its memory is given out again when as much as there is room for was asked for since. Rules read some
 * columns of each target, in one turn; a column of its own for each read would be the most that a tick makes for the garbage collector.
 */
export function scratch(length: number): Float64Array {
  if (length > SIZE / 8) return new Float64Array(length)
  room ??= new Float64Array(SIZE)
  if (used + length > SIZE) used = 0
  used += length
  return room.subarray(used - length, used)
}

let brief = new Float64Array(1_024)

/** A column of at least that length that is filled and read before anything else asks for one: it takes nothing of the room of those that are held for a turn. */
export function briefly(length: number): Float64Array {
  if (brief.length < length) brief = new Float64Array(2 * length)
  return brief
}
