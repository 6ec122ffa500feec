import { columnsOf, type Series } from '../model/series.ts'

/** When a gauge last took another value, in epoch ms; null when it never did within the window. */
export function changedAt(series: Series, tolerance = 0): number | null {
  const { at, value } = columnsOf(series)
  for (let i = at.length - 1; i > 0; i--) if (Math.abs(value[i]! - value[i - 1]!) > tolerance) return at[i]!
  return null
}
