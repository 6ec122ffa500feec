import { randomBytes } from 'node:crypto'
import { expectationOutcomes } from '../../changes/drill.ts'
import { LOAD_LINE_MS } from '../../metrics/loadLine.ts'
import type { HandDrillView, HandPlanView } from '../../model/answers/handDrill.ts'
import type { Page } from '../../model/answers/shape.ts'
import { DRILL_MS } from '../../model/drill.ts'
import { EvenkeelError } from '../../model/error.ts'
import { type HandDrill, handDrillActive } from '../../model/handDrill.ts'
import { iso } from '../http/iso.ts'
import { onePage } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { handPlan, isGone, stoppable } from './plan.ts'
import { steppedHandDrill } from './step.ts'

const KEY = 'hand-drills'
/** Older ones are forgotten. */
const KEPT = 20

type Asked = { thing: string; lastsMs: number }
type Kept = Pick<Runtime, 'store'>

const kept = ({ store }: Kept): HandDrill[] => store.memory.get<HandDrill[]>(KEY) ?? []
const keep = ({ store }: Kept, all: HandDrill[]) => store.memory.put(KEY, all.slice(0, KEPT))

/** What is expected when a person stops something; nothing is written. */
export function getHandPlan({ engine }: Runtime, { thing, lastsMs }: Asked): HandPlanView {
  const { expects, risks } = handPlan(engine.topology(), engine.window(LOAD_LINE_MS), thing, lastsMs)
  return { thing, lastsMs, expects, risks }
}

/** Newest first. */
export const listHandDrills = (runtime: Runtime): Page<HandDrillView> => onePage(kept(runtime).map(viewOf))

/** A person says that they stop something now: it is awaited, and nothing is written to any server. */
export function startHandDrill(runtime: Runtime, { thing, lastsMs }: Asked, by: string): HandDrillView {
  const { engine, now } = runtime
  const all = kept(runtime)
  if (all.some((one) => one.thing === thing && handDrillActive(one)))
    throw new EvenkeelError('busy', 'That is awaited already: end the other drill first.')
  const { of, expects, risks } = handPlan(engine.topology(), engine.window(LOAD_LINE_MS), thing, lastsMs)
  const id = randomBytes(8).toString('hex')
  const begun: HandDrill = { id, thing, state: 'waiting', by, at: now(), drill: { of, lastsMs, expects }, risks }
  keep(runtime, [begun, ...all])
  return viewOf(begun)
}

/** What a drill by hand is about. Throws `not_found`. */
export function handDrillThing(runtime: Kept, id: string): string {
  const found = kept(runtime).find((one) => one.id === id)
  if (!found) throw new EvenkeelError('not_found', 'There is no drill by hand of that id.')
  return found.thing
}

/** Ends the wait for something that is not stopped after all. */
export function callOffHandDrill(runtime: Runtime, id: string): HandDrillView {
  const all = kept(runtime)
  const found = all.find((one) => one.id === id)
  if (!found) throw new EvenkeelError('not_found', 'There is no drill by hand of that id.')
  if (found.state !== 'waiting') throw new EvenkeelError('not_allowed', 'Only a drill that is awaited can be called off.')
  const ended: HandDrill = { ...found, state: 'called_off' }
  keep(
    runtime,
    all.map((one) => (one === found ? ended : one)),
  )
  return viewOf(ended)
}

/** Once a tick: notices what went and what is back, and scores. */
export function tickHandDrills(runtime: Pick<Runtime, 'store' | 'engine' | 'now'>): void {
  const all = kept(runtime)
  if (!all.some(handDrillActive)) return
  const { engine } = runtime
  const now = runtime.now()
  const topology = engine.topology()
  const next = all.map((one) =>
    handDrillActive(one)
      ? steppedHandDrill(one, {
          gone: isGone(topology, stoppable(one.thing)),
          now,
          outcomes: ({ goneAt, drill: { expects } }, until) =>
            expectationOutcomes(expects, goneAt!, until, engine.window(DRILL_MS.most + 60_000)),
        })
      : one,
  )
  if (next.some((one, i) => one !== all[i])) keep(runtime, next)
}

const viewOf = ({ at, goneAt, backAt, drill, ...rest }: HandDrill): HandDrillView => ({
  ...rest,
  at: iso(at),
  ...(goneAt !== undefined && { goneAt: iso(goneAt) }),
  ...(backAt !== undefined && { backAt: iso(backAt) }),
  drill,
})
