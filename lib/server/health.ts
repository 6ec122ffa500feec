import type { House } from './house.ts'

/** The engine ticks each second: after this long without one it is not working. */
const TICK_LATE_MS = 15_000

/** Why it cannot serve yet, or null. */
export function notReady(house: House): string | null {
  if (house.closing.aborted) return 'It is closing.'
  const ticked = house.engine.tickedAt()
  if (ticked === null) return 'The engine has not ticked yet.'
  if (house.now() - ticked > TICK_LATE_MS) return `The engine has not ticked for ${Math.round((house.now() - ticked) / 1000)} s.`
  return null
}
