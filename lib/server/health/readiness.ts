import type { Runtime } from '../runtime.ts'

/** The engine ticks each second: after this long without one it is not working. */
const TICK_LATE_MS = 15_000

/** Why it cannot serve yet, or null. */
export function notReady(runtime: Runtime): string | null {
  if (runtime.closing.aborted) return 'Evenkeel is stopping.'
  const ticked = runtime.engine.tickedAt()
  if (ticked === null) return 'The engine has not ticked yet.'
  if (runtime.now() - ticked > TICK_LATE_MS) return `The engine has not ticked for ${Math.round((runtime.now() - ticked) / 1000)} s.`
  return null
}
