import { expect, test } from 'vitest'
import { type BackoffTime, nextBackoff } from './backoff.ts'

test('15 minutes at first, then twice as long each time, up to four hours', () => {
  let time: BackoffTime | null = null
  const minutes: number[] = []
  for (let i = 0; i < 7; i++) {
    time = nextBackoff(time, 1_000)
    minutes.push(time.ms / 60_000)
    expect(time.until).toBe(1_000 + time.ms)
  }
  expect(minutes).toEqual([15, 30, 60, 120, 240, 240, 240])
})
