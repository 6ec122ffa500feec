import { DRILLS, factorsOf, outcomesOf, widenedBand } from '../../engine/calibration.ts'
import { duration } from '../../format/format.ts'
import { LOAD_LINE_MS } from '../../metrics/loadLine.ts'
import type { AppliedView } from '../../model/answers/proposal.ts'
import type { RingDrillView } from '../../model/answers/ringDrill.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'
import { type RingDrillPlan, ringDrillPlan } from './plan.ts'

type Asked = { ring: string; node?: string; lastsMs: number }

function planOf({ engine, store }: Runtime, asked: Asked): RingDrillPlan {
  const plan = ringDrillPlan(engine.topology(), engine.window(LOAD_LINE_MS), asked)
  const factor = factorsOf(outcomesOf(store)).get(DRILLS) ?? 1
  return { ...plan, expects: plan.expects.map((expected) => widenedBand(expected, factor)) }
}

/** The forecast of a drill; nothing is written. */
export function getRingDrill(runtime: Runtime, asked: Asked): RingDrillView {
  const { ring, node, lastsMs, loss, expects, warmMs, risks, steps, wait } = planOf(runtime, asked)
  return {
    ring,
    node,
    lastsMs,
    owned: loss.owned,
    originPerSecond: loss.extra,
    heirs: loss.heirs.map(({ node: heir, share, reads }) => ({ node: heir, share, readsPerSecond: reads })),
    warmMs,
    expects: expects.map(({ widened: _, ...expected }) => expected),
    risks,
    wait,
    commands: runtime.changes.describe(steps.map((step) => ({ ...step, before: '' }))).commands,
  }
}

/** Takes the node out of its ring for the time of the drill, as a change that is put back by itself. */
export async function startRingDrill(runtime: Runtime, asked: Asked, by: string): Promise<AppliedView> {
  const { ring, node, lastsMs, steps, expects, guards, wait } = planOf(runtime, asked)
  if (wait) throw new EvenkeelError('not_allowed', wait)
  const of = `${node} of ${ring}`
  return runtime.changes.create(
    { steps, because: `A drill: what happens without ${of} for ${duration(lastsMs)}.`, drill: { of, lastsMs, expects }, guards },
    by,
  )
}
