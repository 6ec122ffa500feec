import { grown } from '../math/rates.ts'
import type { Point, Reading } from '../model/series.ts'
import type { Ring } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

const COUNTERS = [
  ['ring_hits_total', 'cache_hits_total'],
  ['ring_misses_total', 'cache_misses_total'],
] as const

/** Counters of the reads of whole rings: what the counters of their nodes have grown by, whichever caches a ring has by then. */
export function createRingLookups(): (ring: Ring, window: SeriesWindow) => Reading[] {
  const totals = new Map<string, number>()
  const seen = new Map<string, Point>()
  return (ring, window) => {
    const targets = [...new Set(ring.nodes.flatMap(({ target }) => target ?? []))]
    return COUNTERS.map(([metric, of]) => {
      const key = `${metric} ${ring.name}`
      let total = totals.get(key) ?? 0
      for (const target of targets) {
        const own = window.series(of, { target }).find(({ labels }) => Object.keys(labels).length === 1)
        for (const point of own?.points ?? []) {
          const before = seen.get(`${key} ${target}`)
          if (before && point[0] <= before[0]) continue
          if (before) total += grown(before[1], point[1])
          seen.set(`${key} ${target}`, point)
        }
      }
      totals.set(key, total)
      return { metric, labels: { ring: ring.name }, value: total }
    })
  }
}
