import { beforeEach, describe, expect, it } from 'vitest'
import { createTrust, type Trust } from './trust.ts'

describe('trust in a lease', () => {
  let clocks: { monotonic: number; wall: number }
  let trust: Trust
  const pass = (ms: number) => {
    clocks.monotonic += ms
    clocks.wall += ms
  }
  beforeEach(() => {
    clocks = { monotonic: 1_000, wall: 1_800_000_000_000 }
    trust = createTrust({ monotonic: () => clocks.monotonic, wall: () => clocks.wall, forMs: 6_000 })
  })

  it('begins with nothing', () => {
    expect(trust.state()).toBe('unknown')
    expect(trust.lasts(0)).toBe(false)
  })

  it('is reckoned from the question, not from the answer', () => {
    const asked = trust.ask()
    pass(2_000)
    asked.renewed()
    expect(trust.lasts(3_900)).toBe(true)
    pass(3_999)
    expect(trust.state()).toBe('held')
    pass(1)
    expect(trust.state()).toBe('unknown')
  })

  it('is lost by a process that was stopped, until the database answers', () => {
    trust.ask().renewed()
    pass(60_000)
    expect(trust.state()).toBe('unknown')
    trust.ask().renewed()
    expect(trust.state()).toBe('held')
  })

  it('is lost by a machine that slept, although its monotonic clock stood still', () => {
    trust.ask().renewed()
    clocks.wall += 60_000
    expect(trust.state()).toBe('unknown')
  })

  it('is not prolonged by a clock that is set back', () => {
    trust.ask().renewed()
    clocks.wall -= 3_600_000
    pass(6_000)
    expect(trust.state()).toBe('unknown')
  })

  it('knows that the database is away only by a question asked after the lease had run out', () => {
    trust.ask().renewed()
    const early = trust.ask()
    pass(7_000)
    early.failed()
    expect(trust.state()).toBe('unknown')
    trust.ask().failed()
    expect(trust.state()).toBe('away')
    trust.ask().renewed()
    expect(trust.state()).toBe('held')
  })

  it('ends with what is given back', () => {
    trust.ask().renewed()
    trust.drop()
    expect(trust.state()).toBe('unknown')
  })
})
