import type { ChartPoint } from '@/components/charts/geometry.ts'

/** part / (part + rest) at each moment that both have; a gap where either has one or nothing happened. Pure. */
export function ratioPoints(part: readonly ChartPoint[] = [], rest: readonly ChartPoint[] = []): ChartPoint[] {
  const other = new Map(rest)
  return part.map(([t, value]) => {
    const beside = other.get(t)
    if (value === null || beside === null || beside === undefined || value + beside <= 0) return [t, null]
    return [t, value / (value + beside)]
  })
}

/** part / whole at each moment: mean seconds from seconds a second and requests a second. */
export function quotientPoints(part: readonly ChartPoint[] = [], whole: readonly ChartPoint[] = []): ChartPoint[] {
  const other = new Map(whole)
  return part.map(([t, value]) => {
    const beside = other.get(t)
    return [t, value === null || !beside ? null : value / beside]
  })
}
