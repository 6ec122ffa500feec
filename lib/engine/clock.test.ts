import { describe, expect, it } from 'vitest'
import { handClock } from '../../test/clock.ts'
import { createSteadyClock } from './clock.ts'

const START = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000

function clocks() {
  const hand = handClock(START)
  return { hand, clock: createSteadyClock(hand.wall, hand.monotonic) }
}

describe('a steady clock', () => {
  it('goes on while the wall clock is set, and takes the new time at its check, once', async () => {
    const { hand, clock } = clocks()
    for (const byMs of [-HOUR, 24 * HOUR, -24 * HOUR, 5_000]) {
      const before = clock.now()
      hand.set(byMs)
      expect(clock.now()).toBe(before)
      await hand.pass(700)
      expect(clock.now()).toBe(before + 700)
      expect(clock.check()).toEqual({ at: before + 700 + byMs, byMs })
      expect(clock.now()).toBe(hand.wall())
      expect(clock.check()).toBeNull()
    }
  })

  it('follows a small difference without ever standing still or going back', async () => {
    const { hand, clock } = clocks()
    hand.set(-1_500)
    for (let i = 0; i < 400; i++) {
      const before = clock.now()
      await hand.pass(1_000)
      expect(clock.check()).toBeNull()
      expect(clock.now() - before).toBeGreaterThan(900)
    }
    expect(clock.now()).toBe(hand.wall())
  })

  it('says nothing of two clocks between which the process stood still', () => {
    let monotonic = 0
    let wall = START
    const clock = createSteadyClock(
      () => wall,
      () => {
        monotonic += 10_000
        return monotonic
      },
    )
    wall += 5_000
    expect(clock.check()).toBeNull()
  })
})
