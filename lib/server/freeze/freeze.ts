import type { FreezeView, LiftedView } from '../../model/answers/freeze.ts'
import type { Freeze } from '../../model/brakes.ts'
import type { ClockStep } from '../../model/clock.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { SavingFailure } from '../../model/store.ts'
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

/**
 * Holds back every new change until then; one that is in force is replaced. Throws `invalid` for a time that is over, or too far away, and
 * `unavailable` where it cannot be written down: other replicas would know nothing of it.
 */
export async function setFreeze(runtime: Runtime, { until, reason }: { until: number; reason: string }, by: string): Promise<FreezeView> {
  const at = runtime.now()
  if (until <= at) throw new EvenkeelError('invalid', 'until: expected a time that is yet to come.')
  if (until > at + LONGEST_MS)
    throw new EvenkeelError('invalid', 'until: expected 30 days from now at most. For longer set `mode: observe`.')
  const freeze: Freeze = { by, reason, at, until }
  await written(runtime, freeze)
  runtime.log.info({ by, until: iso(until) }, 'changes are frozen')
  return { freeze: freezeView(freeze) }
}

/** Ends it before its time. Throws `unavailable` where that cannot be written down: then it holds. */
export async function liftFreeze(runtime: Runtime, by: string): Promise<LiftedView> {
  const lifted = freezeOf(runtime)
  await written(runtime, null)
  if (lifted) runtime.log.info({ by }, 'the freeze is lifted')
  return { freeze: null }
}

/** Resolves when it is where it survives this process, for all replicas to see; else all is as it was. */
async function written({ store }: Runtime, freeze: Freeze | null): Promise<void> {
  const failing = store.failing()
  if (failing) throw unwritten(failing)
  const before = store.memory.get<Freeze>(KEY)
  const put = (value: Freeze | null) => (value ? store.memory.put(KEY, value) : store.memory.delete(KEY))
  put(freeze)
  try {
    await store.durable()
  } catch (error) {
    put(before)
    const known = store.failing()
    throw known ? unwritten(known) : error
  }
}

const unwritten = ({ because, mend }: SavingFailure) =>
  new EvenkeelError('unavailable', `A freeze can neither be set nor lifted now, because it could not be written down: ${because}. ${mend}`)

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
