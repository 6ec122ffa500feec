import type { Columns } from './chunks.ts'

/** The samples of [from, until] that lie in these chunks, in the order of time, and the one before them: a rate at the very start has a predecessor then. */
export function cutOf(chunks: readonly Columns[], from: number, until: number): Columns {
  const size = chunks.reduce((sum, { at }) => sum + at.length, 0)
  const whole: Columns = { at: new Float64Array(size), value: new Float64Array(size) }
  let end = 0
  for (const { at, value } of chunks) {
    whole.at.set(at, end)
    whole.value.set(value, end)
    end += at.length
  }
  while (end > 0 && whole.at[end - 1]! > until) end--
  const inside = whole.at.findIndex((one) => one >= from)
  const first = Math.max(0, (inside < 0 ? end : inside) - 1)
  return { at: whole.at.subarray(first, end), value: whole.value.subarray(first, end) }
}
