import type { ClockStep } from '../model/clock.ts'

/** A clock that can be replaced: tests run it by hand. */
export type Clock = {
  /** Epoch ms: when something was. Goes on evenly between two steps of the clock. */
  now(): number
  /** Ms since some moment: how long something takes. No setting of the clock moves it. */
  monotonic(): number
  /** Runs once after `ms`; returns a function that cancels it. */
  setTimer(run: () => void, ms: number): () => void
  /** 0 to 1: jitter, so that polls are spread over time. */
  random(): number
}

/** The wall clock's date, carried on by the monotonic clock. */
export type SteadyClock = {
  now(): number
  monotonic(): number
  /** Holds it against the wall clock: a small difference is slewed away, a large one is a step, which is returned once. */
  check(): ClockStep | null
}

/** NTP slews what is less than this, or steps it without harm; more is a clock that was set. */
const STEP_MS = 2_000
/** A difference is slewed away by this much a check, so that time never stands still or goes back. */
const SLEW_MS = 5
/** Readings of two clocks that lie further apart than this (the process was paused in between) cannot be compared. */
const READ_MS = 50

/**
 * A slewed clock for dates and durations alike: between two checks it advances with the monotonic clock, so setting the wall clock moves nothing
 * that is under way. The event `clock` announces each step, so that everything that holds a date moves it in the same moment.
 */
export function createSteadyClock(wall: () => number = Date.now, monotonic: () => number = () => performance.now()): SteadyClock {
  let offset = wall() - monotonic()
  const now = () => Math.round(monotonic() + offset)
  return {
    now,
    monotonic,
    check() {
      const before = monotonic()
      const wallNow = wall()
      const after = monotonic()
      if (after - before > READ_MS) return null
      const byMs = wallNow - (before + offset)
      if (Math.abs(byMs) < STEP_MS) {
        offset += Math.max(-SLEW_MS, Math.min(SLEW_MS, byMs))
        return null
      }
      offset += byMs
      return { at: now(), byMs: Math.round(byMs) }
    },
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(run, ms) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** A clock of the given parts; the others are the system's. Where `now` is run by hand, `monotonic` runs with it. */
export const clockOf = (parts: Partial<Clock>): Clock => ({ ...systemClock, ...(parts.now && { monotonic: parts.now }), ...parts })
