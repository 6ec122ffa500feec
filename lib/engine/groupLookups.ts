import { grown } from '../math/rates.ts'
import type { Point, Reading } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'

const COUNTERS = [
  ['hits_total', 'cache_hits_total'],
  ['misses_total', 'cache_misses_total'],
] as const

/** Caches that share keys out between them: those of a ring, the masters of a Cluster. */
export type LookupGroup = { of: 'ring' | 'cluster'; name: string; targets: readonly string[] }

/** Counters of the reads of whole groups: what the counters of their caches have grown by, whichever caches a group has by then. */
export function createGroupLookups(): (group: LookupGroup, window: SeriesWindow) => Reading[] {
  const totals = new Map<string, number>()
  const seen = new Map<string, Point>()
  return (group, window) =>
    COUNTERS.map(([what, of]) => {
      const metric = `${group.of}_${what}`
      const key = `${metric} ${group.name}`
      let total = totals.get(key) ?? 0
      for (const target of new Set(group.targets)) {
        const own = window.series(of, { target }).find(({ labels }) => Object.keys(labels).length === 1)
        for (const point of own?.points ?? []) {
          const before = seen.get(`${key} ${target}`)
          if (before && point[0] <= before[0]) continue
          if (before) total += grown(before[1], point[1])
          seen.set(`${key} ${target}`, point)
        }
      }
      totals.set(key, total)
      return { metric, labels: { [group.of]: group.name }, value: total }
    })
}
