export type Order = { by: string; down: boolean }

/** A stable order by one value; what is not known goes last either way. Text is compared as people do: `app2` before `app10`. */
export function sortRows<T>(rows: readonly T[], value: (row: T) => number | string | null | undefined, down: boolean): T[] {
  const collator = new Intl.Collator('en', { numeric: true })
  return rows
    .map((row, at) => ({ row, at, v: value(row) }))
    .sort((a, b) => {
      const [none, none2] = [a.v === null || a.v === undefined, b.v === null || b.v === undefined]
      if (none || none2) return Number(none) - Number(none2) || a.at - b.at
      const by = typeof a.v === 'number' && typeof b.v === 'number' ? a.v - b.v : collator.compare(String(a.v), String(b.v))
      return (down ? -by : by) || a.at - b.at
    })
    .map(({ row }) => row)
}
