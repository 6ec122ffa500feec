import type { Series } from '../model/series.ts'

/** When a gauge last took another value, in epoch ms; null when it never did within the window. */
export function changedAt(series: Series, tolerance = 0): number | null {
  const { points } = series
  for (let i = points.length - 1; i > 0; i--) if (Math.abs(points[i]![1] - points[i - 1]![1]) > tolerance) return points[i]![0]
  return null
}
