import type { FreezeView, LiftedView } from '../../model/answers/freeze.ts'
import type { Freeze } from '../../model/brakes.ts'
import type { ClockStep } from '../../model/clock.ts'
import { EvenkeelError } from '../../model/error.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'

const KEY = 'freeze'
/** Longer is no freeze but a mode: set `mode: observe`. */
const LONGEST_MS = 30 * 86_400_000

/** The freeze in force, or null. */
export function freezeOf({ store, now }: Pick<Runtime, 'store' | 'now'>): Freeze | null {
  const freeze = store.memory.get<Freeze>(KEY)
  return freeze && now() < freeze.until ? freeze : null
}

/** Holds back every new change until then; one that is in force is replaced. Throws `invalid` for a time that is over, or too far away. */
export function setFreeze(runtime: Runtime, { until, reason }: { until: number; reason: string }, by: string): FreezeView {
  const at = runtime.now()
  if (until <= at) throw new EvenkeelError('invalid', 'until: expected a time that is yet to come.')
  if (until > at + LONGEST_MS)
    throw new EvenkeelError('invalid', 'until: expected 30 days from now at most. For longer set `mode: observe`.')
  const freeze: Freeze = { by, reason, at, until }
  runtime.store.memory.put(KEY, freeze)
  runtime.log.info({ by, until: iso(until) }, 'changes are frozen')
  return { freeze: freezeView(freeze) }
}

export function liftFreeze(runtime: Runtime, by: string): LiftedView {
  if (freezeOf(runtime)) runtime.log.info({ by }, 'the freeze is lifted')
  runtime.store.memory.delete(KEY)
  return { freeze: null }
}

/** The clock was set: the freeze lasts as long as it was to. */
export function moveFreeze(runtime: Pick<Runtime, 'store'>, { byMs }: ClockStep): void {
  const freeze = runtime.store.memory.get<Freeze>(KEY)
  if (freeze) runtime.store.memory.put(KEY, { ...freeze, at: freeze.at + byMs, until: freeze.until + byMs })
}

export const getFreeze = (runtime: Runtime): FreezeView => {
  const freeze = freezeOf(runtime)
  return { freeze: freeze && freezeView(freeze) }
}

const freezeView = ({ at, until, ...rest }: Freeze) => ({ ...rest, at: iso(at), until: iso(until) })
