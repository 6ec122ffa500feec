import { count, text } from '../format/format.ts'
import type { AutopilotRule } from '../model/autopilot.ts'
import type { TrafficMoved } from '../model/brakes.ts'
import { endOf, nextStartOf } from '../model/weeklyWindow.ts'

export const HOUR_MS = 3_600_000

/** The steps of a policy: when they were made (epoch ms), and the one that is still in flight. */
export type Made = { at: readonly number[]; inFlight: string | null }

/** Its steps within the last hour, the oldest first. */
export const withinHour = (at: readonly number[], now: number): number[] => at.filter((one) => one > now - HOUR_MS).sort((a, b) => a - b)

/** Why a policy may make no step at this moment, whatever it would be: outside its hours, one is in flight, enough within the hour. Null where it may. */
export function limitOf({ hours, max }: Pick<AutopilotRule, 'hours' | 'max'>, made: Made, now: number): string | null {
  if (hours.length > 0 && hours.every((window) => endOf(window, now) === null))
    return `It is outside its hours, which begin at ${minute(Math.min(...hours.map((window) => nextStartOf(window, now))))}.`
  if (made.inFlight !== null) return `Its change ${made.inFlight} is in flight: the next one waits for the verdict.`
  const newest = withinHour(made.at, now)
  const [oldest] = newest.slice(-max.perHour)
  if (oldest !== undefined && newest.length >= max.perHour)
    return `It has made ${count(newest.length)} ${newest.length === 1 ? 'step' : 'steps'} within the hour, of ${count(max.perHour)} at most (max.perHour); the next one may be made at ${minute(oldest + HOUR_MS)}.`
  return null
}

/** What a step has moved, and when (epoch ms). */
export type Moved = TrafficMoved & { at: number }

/** Shares are sums of quotients: a limit that is met exactly is not passed. */
const ROUNDING = 1e-9

/** Why a step would move more of the traffic of a pool or ring within the hour than a policy allows, or null. */
export function trafficLimit(
  { max }: Pick<AutopilotRule, 'max'>,
  wanted: readonly TrafficMoved[],
  moved: readonly Moved[],
  now: number,
): string | null {
  const most = max.trafficShare
  if (most === null) return null
  for (const { of, share } of wanted) {
    const before = moved.reduce((sum, one) => (one.of === of && one.at > now - HOUR_MS ? sum + one.share : sum), 0)
    if (before + share > most + ROUNDING)
      return `It would move ${text(share, 'ratio')} of the traffic of ${of}${before > 0 ? `, after ${text(before, 'ratio')} within the hour` : ''}; at most ${text(most, 'ratio')} may be (max.trafficShare).`
  }
  return null
}

/** To the minute, UTC. */
const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
