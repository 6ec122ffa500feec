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
/** A cache that learns another rule of eviction may hit 0.6 of what it did for a while. */
const HITS_LEFT = 0.5
const CACHE_FALLS = 'the cache hits less than half of what it did before'

type OwnStep = { setting: SettingText; after: string }

/**
 * The guards of a person's own change, which has no prediction: one for each pool that it touches, one for each server that comes back, and
 * one for each cache that gets another memory limit or rule of eviction.
 */
export function ownGuards(steps: readonly OwnStep[], topology: Topology, before: SeriesWindow): Guard[] {
  return [...poolGuards(steps, topology, before), ...cacheGuards(steps, topology, before)]
}

function cacheGuards(steps: readonly OwnStep[], { targets }: Topology, before: SeriesWindow): Guard[] {
  return targets.flatMap(({ name, can }): Guard[] => {
    const names = [can?.memory?.setting, can?.eviction?.policy, can?.eviction?.samples]
    if (!steps.some(({ setting }) => setting.target === name && names.includes(setting.name))) return []
    const where = { target: name }
    const seen = measure('cache_hit_ratio', where, before)
    if (seen.is === 'unjudged') return []
    const limit = HITS_LEFT * seen.value
    return [{ metric: 'cache_hit_ratio', where, unit: 'ratio', op: '<', limit, forMs: 20_000, why: CACHE_FALLS }]
  })
}

function poolGuards(steps: readonly OwnStep[], topology: Topology, before: SeriesWindow): Guard[] {
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
