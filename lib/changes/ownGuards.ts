import { measure } from '../metrics/measure.ts'
import type { Guard } from '../model/proposal.ts'
import { poolOf, type SettingText, serverOf } from '../model/setting.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** Limits of the guards of a person's own change. They are wide: only what nobody can want rolls it back automatically. */
const ERROR_RATIO_MAX = 0.2
/** A pool that fails already may be what the change is meant to mend. */
const ERROR_RATIO_MORE = 0.1
const MORE_FAIL = 'many more requests fail than before'
const BACK_FAILS = 'the server that came back fails what it is given'

/** The guards of a person's own change, which has no prediction: one for each pool that it touches, and one for each server that comes back. */
export function ownGuards(steps: readonly { setting: SettingText; after: string }[], topology: Topology, before: SeriesWindow): Guard[] {
  const touched = steps.map(({ setting, after }) => {
    const found = serverOf(setting, topology.pools)
    return { pool: found?.pool ?? poolOf(setting, topology.pools), found, after }
  })
  const pools = topology.pools.filter((pool) => touched.some((one) => one.pool === pool))
  return pools.flatMap(({ target, name, servers }) => {
    const where = { target, pool: name }
    const seen = measure('pool_error_ratio', where, before)
    const limit = Math.max(ERROR_RATIO_MAX, seen.is === 'measured' ? seen.value + ERROR_RATIO_MORE : 0)
    const guard: Guard = { metric: 'pool_error_ratio', where, unit: 'ratio', op: '>', limit, forMs: 10_000, why: MORE_FAIL }
    const back = servers.filter((server) =>
      touched.some(({ found, after }) => found?.server === server && found.what === 'state' && after === 'ready'),
    )
    // The returned server has its own guard: its errors are too small a part of the pool's requests to show there.
    return [guard, ...back.map((server): Guard => ({ ...guard, where: { ...where, server: server.name }, forMs: 5_000, why: BACK_FAILS }))]
  })
}
