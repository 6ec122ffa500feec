import type { Needs } from '../model/detector.ts'
import type { Series } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { isFine } from './fine.ts'
import { metricOf } from './registry.ts'

type Named = Pick<Needs, 'metrics' | 'records' | 'also' | 'offsetsMs' | 'spanMs' | 'stepMostMs'>
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
 * are complete: the table of rules and products is computed from them. Series that a provider tells too coarsely for the rule are left out and
 * reported to `coarse`.
 */
export function boundWindow(
  window: SeriesWindow,
  needs: Named,
  stray: (name: string) => void,
  coarse: (series: Series) => void = () => {},
): SeriesWindow {
  const { series, records } = namedBy(needs)
  return {
    from: window.from,
    to: window.to,
    series: (metric, labels) => {
      if (series.has(metric)) return fineOf(window.series(metric, labels), needs, coarse)
      stray(metric)
      return []
    },
    records: (kind, target) => {
      if (records.has(kind)) return window.records(kind, target)
      stray(kind)
      return []
    },
    between: (from, to) => boundWindow(window.between(from, to), needs, stray, coarse),
    ago: (offsetMs) => {
      const then = boundWindow(window.ago(offsetMs), needs, stray, coarse)
      if (needs.offsetsMs?.includes(offsetMs)) return then
      stray(`${offsetMs} ms ago`)
      return { ...then, series: () => [] }
    },
  }
}

/** The same array where none is told later, which is the usual case. */
function fineOf(all: Series[], needs: Named, coarse: (series: Series) => void): Series[] {
  let late = false
  for (const { lateMs } of all) if (lateMs) late = true
  if (!late) return all
  return all.filter((series) => {
    const fine = isFine(series, needs)
    if (!fine) coarse(series)
    return fine
  })
}
