import type { BrakeSettings, Freeze } from '../model/brakes.ts'
import { EvenkeelError } from '../model/error.ts'
import { endOf, nextStartOf } from '../model/weeklyWindow.ts'
import { minute } from './minute.ts'
import { type TrafficFacts, trafficBrake } from './trafficPerHour.ts'

export type BrakeFacts = {
  settings: BrakeSettings
  freeze: Freeze | null
  /** Changes in flight, over the whole fleet. */
  inFlight: number
  traffic: TrafficFacts
  now: number
}

/**
 * Why nothing new may begin now: a freeze, no change window that is open, enough in flight, or enough moved. Null where it may. What is in flight is never braked,
 * because a roll-back is the safe way out of it.
 */
export function brakeOf({ settings, freeze, inFlight, traffic, now }: BrakeFacts): EvenkeelError | null {
  if (freeze && now < freeze.until)
    return new EvenkeelError(
      'not_allowed',
      `Changes are frozen until ${minute(freeze.until)} by ${freeze.by}: ${freeze.reason} Lift the freeze to apply this; what is in flight can still be kept or rolled back.`,
    )
  if (settings.windows.length > 0 && settings.windows.every((window) => endOf(window, now) === null)) {
    const opens = Math.min(...settings.windows.map((window) => nextStartOf(window, now)))
    return new EvenkeelError(
      'not_allowed',
      `No change window is open: changes begin within them alone, and the next one opens at ${minute(opens)}.`,
    )
  }
  if (settings.inFlightMax !== null && inFlight >= settings.inFlightMax)
    return new EvenkeelError(
      'busy',
      `${inFlight} ${inFlight === 1 ? 'change is' : 'changes are'} in flight, and the configuration allows ${settings.inFlightMax} at once (changes.inFlight). Wait for an end.`,
    )
  return settings.trafficPerHour === null ? null : trafficBrake(settings.trafficPerHour, traffic, now)
}
