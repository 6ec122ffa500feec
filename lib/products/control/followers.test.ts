import { expect, it } from 'vitest'
import { FOLLOWER_FRESH_MS, isFresh } from '../../model/follower.ts'
import { agesOf, type Reports, readFollowers, withReports } from './followers.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 5, 12)
const report = (at: number) => JSON.stringify({ name: 'app', version: 3, at })

it('a report whose coming was seen counts from then on, whatever the clocks say', () => {
  let reports: Reports | null = null
  const look = (at: number, monotonic: number, now: number) => {
    const fields = { app: report(at) }
    reports = withReports(reports, fields, monotonic)
    const [follower] = readFollowers(fields, now, agesOf(reports, monotonic))
    return follower && isFresh(follower, now)
  }
  // The first look has nothing but the date.
  expect(look(START, 0, START + 1_000)).toBe(true)
  expect(look(START + 2_000, 2_000, START + 3_000)).toBe(true)
  // Our clock is set ahead by two days, then back by more; it goes on reporting all the while.
  expect(look(START + 4_000, 4_000, START + 2 * DAY)).toBe(true)
  expect(look(START + 6_000, 6_000, START - DAY)).toBe(true)
  // It dies, and nobody waits a day for its date to pass.
  expect(look(START + 6_000, 6_000 + FOLLOWER_FRESH_MS - 1, START - DAY)).toBe(true)
  expect(look(START + 6_000, 6_000 + FOLLOWER_FRESH_MS, START - DAY)).toBe(false)
  expect(look(START + 6_000, 6_001 + DAY, START)).toBeUndefined()
})
