import { factsOf } from '../../detectors/rows.ts'
import type { TargetStatus } from '../../engine/target.ts'
import { measuredValue } from '../../metrics/measure.ts'
import type { TARGET_COLUMNS } from '../../model/listColumns.ts'
import type { TargetFacts } from '../../model/topology.ts'
import type { Sortable } from '../http/sorting.ts'
import type { Runtime } from '../runtime.ts'
import { figureWindow, newest } from '../series/figures.ts'
import type { Listed, Seen } from './targets.ts'

type Value = (target: Listed) => Sortable

/** The worst first. */
const STATES: Record<TargetStatus['state'], number> = { down: 0, unknown: 1, up: 2 }

/** The values of one target by column: of thousands that are sorted the one value alone is made, not all that is shown of them. */
export function targetColumns(runtime: Runtime, { window, topology }: Seen): Record<(typeof TARGET_COLUMNS)[number], Value> {
  const of =
    (value: (status: TargetStatus, facts: TargetFacts | undefined) => Sortable): Value =>
    ({ name }) => {
      const status = runtime.engine.target(name, false)
      return status && value(status, factsOf(topology, name))
    }
  // As in the figures that are shown: of caches and stores alone.
  const figure = (metric: string, read: typeof newest): Value =>
    of(({ name, role }, facts) => (facts?.role || role ? read(metric, { target: name }, figureWindow(runtime, facts, window)) : null))
  const used = figure('cache_memory_used_bytes', newest)
  const most = figure('cache_memory_max_bytes', newest)
  return {
    name: ({ name }) => name,
    state: of(({ state }) => STATES[state]),
    title: of(({ title }) => title),
    role: of(({ role }, facts) => facts?.role ?? role),
    pollMs: of(({ pollMs }) => pollMs),
    lastPollAt: of(({ lastPollAt }) => lastPollAt),
    hitRatio: figure('cache_hit_ratio', measuredValue),
    readsPerSecond: figure('cache_read_rate', measuredValue),
    evictionsPerSecond: figure('cache_eviction_rate', measuredValue),
    memory: (target) => part(used(target), most(target)),
    items: figure('cache_items', newest),
  }
}

const part = (used: Sortable, most: Sortable) => (typeof used === 'number' && typeof most === 'number' && most > 0 ? used / most : null)
