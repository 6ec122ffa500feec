import { DRILLS, factorsOf, outcomesOf, widenedBand } from '../../engine/calibration.ts'
import { duration } from '../../format/format.ts'
import { LOAD_LINE_MS } from '../../metrics/loadLine.ts'
import type { PoolDrillView } from '../../model/answers/poolDrill.ts'
import type { AppliedView } from '../../model/answers/proposal.ts'
import type { Runtime } from '../runtime.ts'
import { type PoolDrillPlan, poolDrillPlan } from './plan.ts'

type Asked = { target: string; pool: string; server?: string; way?: 'drain' | 'weight'; lastsMs: number }

function planOf({ engine, store }: Runtime, asked: Asked): PoolDrillPlan {
  const plan = poolDrillPlan(engine.topology().pools, engine.window(LOAD_LINE_MS), asked)
  const factor = factorsOf(outcomesOf(store)).get(DRILLS) ?? 1
  return { ...plan, expects: plan.expects.map((expected) => widenedBand(expected, factor)) }
}

/** The forecast of a drill; nothing is written. */
export function getPoolDrill(runtime: Runtime, asked: Asked): PoolDrillView {
  const { steps, line, expects, guards: _, ...plan } = planOf(runtime, asked)
  return {
    ...plan,
    line: line && {
      least: line.least,
      most: line.most,
      slices: line.slices,
      knee: line.knee && { value: line.knee.value, low: line.knee.low, high: line.knee.high },
    },
    expects: expects.map(({ widened: _, ...expected }) => expected),
    commands: runtime.changes.describe(steps.map((step) => ({ ...step, before: '' }))).commands,
  }
}

/** Takes the server out of its pool for the time of the drill, as a change that is put back by itself. */
export async function startPoolDrill(runtime: Runtime, asked: Asked, by: string): Promise<AppliedView> {
  const { target, pool, server, lastsMs, steps, expects, guards } = planOf(runtime, asked)
  const of = `${server} of ${target}/${pool}`
  return runtime.changes.create(
    { steps, because: `A drill: what happens without ${of} for ${duration(lastsMs)}.`, drill: { of, lastsMs, expects }, guards },
    by,
  )
}
