import { measure } from '../measures/measure.ts'
import type { Guard, Setting } from '../model/proposal.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** A person's own change is rolled back by itself only for what nobody can want. */
const ERROR_RATIO_MAX = 0.2
/** A pool that fails already may be what the change is meant to mend. */
const ERROR_RATIO_MORE = 0.1

/** The guards of a change that has no prediction: one for each pool that it touches. */
export function ownGuards(steps: readonly { setting: Setting }[], topology: Topology, before: SeriesWindow): Guard[] {
  const pools = topology.pools.filter(({ target, name }) =>
    steps.some(({ setting }) => setting.target === target && setting.name.startsWith(`${name}/`)),
  )
  return pools.map(({ target, name }) => {
    const where = { target, pool: name }
    const seen = measure('pool_error_ratio', where, before)
    const limit = Math.max(ERROR_RATIO_MAX, seen.is === 'measured' ? seen.value + ERROR_RATIO_MORE : 0)
    return { metric: 'pool_error_ratio', where, unit: 'ratio', op: '>', limit, forMs: 10_000, why: 'many more requests fail than before' }
  })
}
