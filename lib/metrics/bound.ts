import type { Needs } from '../model/detector.ts'
import type { SeriesWindow } from '../model/window.ts'
import { metricOf } from './registry.ts'

type Named = Pick<Needs, 'metrics' | 'records' | 'also' | 'offsetsMs'>
type Allowed = { series: ReadonlySet<string>; records: ReadonlySet<string> }

const known = new WeakMap<Named, Allowed>()

/** The stored series and the records that these needs name. */
export function namedBy(needs: Named): Allowed {
  let allowed = known.get(needs)
  if (!allowed) {
    const stored = [...needs.metrics, ...(needs.also?.metrics ?? [])].map(metricOf).flatMap(({ from, also }) => [...from, ...also])
    allowed = { series: new Set(stored), records: new Set([...(needs.records ?? []), ...(needs.also?.records ?? [])]) }
    known.set(needs, allowed)
  }
  return allowed
}

/**
 * A view of a window that is restricted to what a rule names in its needs. Anything else is empty and reported to `stray`, so that the needs
 * are complete: the table of rules and products is computed from them.
 */
export function boundWindow(window: SeriesWindow, needs: Named, stray: (name: string) => void): SeriesWindow {
  const { series, records } = namedBy(needs)
  return {
    from: window.from,
    to: window.to,
    series: (metric, labels) => {
      if (series.has(metric)) return window.series(metric, labels)
      stray(metric)
      return []
    },
    records: (kind, target) => {
      if (records.has(kind)) return window.records(kind, target)
      stray(kind)
      return []
    },
    between: (from, to) => boundWindow(window.between(from, to), needs, stray),
    ago: (offsetMs) => {
      const then = boundWindow(window.ago(offsetMs), needs, stray)
      if (needs.offsetsMs?.includes(offsetMs)) return then
      stray(`${offsetMs} ms ago`)
      return { ...then, series: () => [] }
    },
  }
}
