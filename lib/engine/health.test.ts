import { describe, expect, it } from 'vitest'
import { type Health, nextHealth, retryMs, unknownHealth } from './health.ts'
import type { Failure } from './reason.ts'

const refused: Failure = { how: 'refused', reason: 'it refuses connections' }
const silent: Failure = { how: 'silent', reason: 'no answer within 900 ms' }
const unreadable: Failure = { how: 'unreadable', reason: 'NOAUTH' }

const play = (...outcomes: ('answered' | Failure)[]): Health =>
  outcomes.reduce((health, outcome, i) => nextHealth(health, outcome, i + 1), unknownHealth(0))

describe('the health of a target', () => {
  it('is unknown, then up, and stays up through two lost answers', () => {
    expect(play().state).toBe('unknown')
    expect(play('answered', silent, silent)).toMatchObject({ state: 'up', since: 1, failures: 2 })
    expect(play('answered', silent, silent)).not.toHaveProperty('error')
  })
  it('is down after three silences, or two refusals', () => {
    expect(play('answered', silent, silent, silent)).toMatchObject({ state: 'down', since: 4, error: silent.reason })
    expect(play('answered', refused).state).toBe('up')
    expect(play('answered', refused, refused)).toMatchObject({ state: 'down', since: 3, error: refused.reason })
  })
  it('is unknown, not down, when it answers what cannot be read', () => {
    expect(play('answered', unreadable, unreadable, unreadable)).toMatchObject({ state: 'unknown', error: 'NOAUTH' })
    expect(play(unreadable)).toMatchObject({ state: 'unknown', error: 'NOAUTH' })
  })
  it('is up again with the first answer', () => {
    expect(play(refused, refused, 'answered')).toEqual({ state: 'up', since: 3, failures: 0, refusals: 0 })
  })
  it('is asked at its rhythm at first, then less and less often, at least every 15 s', () => {
    expect([0, 10, 11, 12, 13, 14, 60].map((failures) => retryMs(failures, 1_000))).toEqual([1000, 1000, 2000, 4000, 8000, 15000, 15000])
    expect(retryMs(60, 30_000)).toBe(30_000)
  })
})
