import { expect, test } from 'vitest'
import { durationText, parseDuration } from './duration.ts'

test('durations are read as people write them', () => {
  for (const [text, ms] of [
    ['90s', 90_000],
    ['10m', 600_000],
    ['60000ms', 60_000],
    ['1500', 1500],
    ['1h30m', 5_400_000],
    ['0.5s', 500],
    ['2d', 172_800_000],
  ] as const)
    expect(parseDuration(text)).toBe(ms)
  for (const text of ['', 'banana', '10 parsecs', '-5s', '10M', 's', '1e3', '5s;']) expect(parseDuration(text)).toBeNull()
})

test('and written back in the shortest way', () => {
  for (const text of ['90s', '10m', '1h', '2d', '250ms', '1500ms']) expect(durationText(parseDuration(text)!)).toBe(text)
})
