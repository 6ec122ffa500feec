/** The moments of the polls, in seconds, and what each series was; a poll that was missed is null in all of them. */
export type Columns = { at: number[]; series: Record<string, (number | null)[]> }
/** The same as differences: each number is what is added to the last one that was known. A counter and a clock that go on evenly become runs of equal numbers. */
export type PackedColumns = Columns & { deltas: true }

/** Digits after the point: a hundredth of a millisecond of the time that commands took. */
const DIGITS = 5
const rounded = (value: number) => Number(value.toFixed(DIGITS))

export function packed({ at, series }: Columns): PackedColumns {
  return {
    deltas: true,
    at: deltasOf(at) as number[],
    series: Object.fromEntries(Object.entries(series).map(([name, values]) => [name, deltasOf(values)])),
  }
}

export function unpacked(columns: Columns | PackedColumns): Columns {
  if (!('deltas' in columns)) return columns
  return {
    at: sumsOf(columns.at) as number[],
    series: Object.fromEntries(Object.entries(columns.series).map(([name, values]) => [name, sumsOf(values)])),
  }
}

/** Differences of what was written, not of what was read: rounding does not add up. */
function deltasOf(values: readonly (number | null)[]): (number | null)[] {
  let last = 0
  return values.map((value) => {
    if (value === null) return null
    const delta = rounded(value - last)
    last = rounded(last + delta)
    return delta
  })
}

function sumsOf(deltas: readonly (number | null)[]): (number | null)[] {
  let last = 0
  return deltas.map((delta) => {
    if (delta === null) return null
    last = rounded(last + delta)
    return last
  })
}
