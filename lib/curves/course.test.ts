import { expect, test } from 'vitest'
import { Course } from './course.ts'

const MINUTE = 60_000
/** Two hours of 100 reads a minute, of which so many hit by the minute. */
function course(hits: (minute: number) => number): Course {
  const made = new Course(120 * MINUTE)
  for (let minute = 0; minute < 120; minute++)
    for (let read = 0; read < 100; read++) made.add((minute + read / 100) * MINUTE, read >= hits(minute))
  return made
}
/** As traffic comes and goes, in both alike. */
const tide = (minute: number) => Math.round(10 * Math.sin(minute / 20))
const present = course((minute) => 50 + tide(minute))

test('it is settled when its distance from the present cache is what it stays, whatever traffic does to both', () => {
  expect(course((minute) => 60 + tide(minute)).settlesMs(present)).toBe(10 * MINUTE)
  expect(course((minute) => 60 + tide(minute) - Math.round(15 * Math.exp(-minute / 12))).settlesMs(present)).toBe(45 * MINUTE)
})
test('one that still gains, or still loses, at the end is not settled', () => {
  expect(course((minute) => 50 + tide(minute) + minute / 8).settlesMs(present)).toBeNull()
  expect(course((minute) => 65 + tide(minute) - minute / 8).settlesMs(present)).toBeNull()
})
test('time without reads tells nothing', () => expect(new Course(MINUTE).settlesMs(present)).toBeNull())
test('runs over the same references count together', () => {
  const [low, high] = [course((minute) => 55 + tide(minute)), course((minute) => 65 + tide(minute))]
  low.join(high)
  expect(low.settlesMs(present)).toBe(10 * MINUTE)
})
