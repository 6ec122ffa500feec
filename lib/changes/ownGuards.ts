import type { Guard, Setting } from '../model/proposal.ts'
import type { Topology } from '../model/topology.ts'

/** A person's own change is rolled back by itself only for what nobody can want. */
const ERROR_RATIO_MAX = 0.2

/** The guards of a change that has no prediction: one for each pool that it touches. */
export function ownGuards(steps: readonly { setting: Setting }[], topology: Topology): Guard[] {
  const pools = topology.pools.filter(({ target, name }) =>
    steps.some(({ setting }) => setting.target === target && setting.name.startsWith(`${name}/`)),
  )
  return pools.map(({ target, name }) => ({
    metric: 'pool_error_ratio',
    where: { target, pool: name },
    unit: 'ratio',
    op: '>',
    limit: ERROR_RATIO_MAX,
    forMs: 10_000,
    why: 'a fifth of the requests fail',
  }))
}
