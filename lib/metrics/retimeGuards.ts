import type { Guard } from '../model/proposal.ts'
import type { SeriesWindow } from '../model/window.ts'
import { measure } from './measure.ts'

/** How much busier the server may get, as part of one core. */
const BUSIER_MOST = 0.3
/** More additional evictions a second than this are not due to chance. */
const EVICTIONS_MORE = 50

/** The guards of a job that re-times the keys of a cache, by what is measured before it. */
export function retimeGuards(target: string, window: SeriesWindow): Guard[] {
  const guard = (metric: string, unit: Guard['unit'], more: number, forMs: number, why: string): Guard => {
    const before = measure(metric, { target }, window)
    return { metric, where: { target }, unit, op: '>', limit: (before.is === 'measured' ? before.high : 0) + more, forMs, why }
  }
  return [
    guard('cache_command_seconds_total', 'ratio', BUSIER_MOST, 5_000, 'the server is much busier, so that all its clients wait'),
    guard('cache_eviction_rate', 'perSecond', EVICTIONS_MORE, 10_000, 'keys are evicted that were not before'),
  ]
}
