/** Room for 290 series of a quarter of an hour, each with a column of moments. */
const SIZE = 2 ** 19

let room: Float64Array | null = null
let used = 0

/**
 * A column to be filled and read at once, good until the next verdict or turn of the event loop. Rules read and reckon with some columns of each
 * target; a column of its own for each would be the most that a tick makes for the garbage collector.
 */
export function scratch(length: number): Float64Array {
  if (length > SIZE / 16) return new Float64Array(length)
  room ??= new Float64Array(SIZE)
  if (used + length > SIZE) used = 0
  used += length
  return room.subarray(used - length, used)
}

/** Gives all such columns back, between two verdicts: the next one finds its room in the processor's cache. */
export function freeScratch(): void {
  used = 0
}

let brief = new Float64Array(1_024)

/** A column of at least that length that is filled and read before anything else asks for one: it takes nothing of the room of those that are held for a turn. */
export function briefly(length: number): Float64Array {
  if (brief.length < length) brief = new Float64Array(2 * length)
  return brief
}
