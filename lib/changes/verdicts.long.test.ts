import { expect, test } from 'vitest'
import { NOISES, POOLS, RINGS, tallied } from '../../test/simulatedChanges.ts'
import { MISSED } from '../math/anytime.ts'

/** A thousand changes of each course, looked at every second. */
const OF_EACH = 200
/** Seeds on which nothing was chosen: the estimator was, on those from 0. */
const FRESH = 10_000

/** `wrong`: verdicts that are one; beside siblings a dip or rise of all is none. */
test.each([
  { name: 'no effect', own: 1, siblings: 1, wrong: ['improved', 'regressed'] },
  { name: 'as predicted', own: 0.7, siblings: 1, wrong: ['regressed'] },
  { name: 'a regression', own: 1.3, siblings: 1, wrong: ['improved'] },
  { name: 'a regression beyond the guard', own: 4, siblings: 1, wrong: ['improved', 'no_effect', 'unjudged'] },
  { name: 'a dip of the whole fleet', own: 1.5, siblings: 1.5, wrong: ['improved', 'regressed'] },
  { name: 'a dip beyond the guard', own: 4, siblings: 4, wrong: ['improved', 'regressed'] },
  { name: 'a rise of the whole fleet', own: 0.7, siblings: 0.7, wrong: ['improved', 'regressed'] },
] as const)(
  'a thousand changes with three siblings: $name',
  (course) => {
    const tallies = tallied(course, 3, OF_EACH, NOISES, POOLS, FRESH)
    const all = tallies.get('all')!
    console.log(course.name, Object.fromEntries(tallies))
    expect(all.changes).toBe(1_000)
    for (const verdict of course.wrong) expect(all[verdict] / all.changes, verdict).toBeLessThanOrEqual(MISSED)
  },
  600_000,
)

test('a thousand changes without siblings: no effect', () => {
  const tallies = tallied({ name: 'no effect', own: 1, siblings: 1 }, 0, OF_EACH, NOISES, POOLS, FRESH)
  console.log('no effect, no siblings', Object.fromEntries(tallies))
  for (const [noise, { changes, improved, regressed, early }] of tallies) {
    expect(improved / changes, noise).toBeLessThanOrEqual(MISSED)
    expect(regressed / changes, noise).toBeLessThanOrEqual(MISSED)
    // Those that were taken before the end, whichever way: the end has its own rate.
    expect(early / changes, noise).toBeLessThanOrEqual(MISSED)
  }
}, 1_800_000)

test.each([
  { name: 'as predicted', own: 0.7, siblings: 1, wrong: ['regressed'] },
  { name: 'a regression', own: 1.3, siblings: 1, wrong: ['improved'] },
] as const)(
  'a thousand changes without siblings: $name',
  (course) => {
    const tallies = tallied(course, 0, OF_EACH, NOISES, POOLS, FRESH)
    const all = tallies.get('all')!
    console.log(course.name, 'no siblings', Object.fromEntries(tallies))
    for (const verdict of course.wrong) expect(all[verdict] / all.changes, verdict).toBeLessThanOrEqual(MISSED)
  },
  600_000,
)

test.each([
  { name: 'no effect', own: 1, siblings: 1, wrong: ['improved', 'regressed'] },
  { name: 'as predicted', own: 0.7, siblings: 1, wrong: ['regressed'] },
  { name: 'a regression by six points', own: 1.3, siblings: 1, wrong: ['improved'] },
  { name: 'a dip of all rings', own: 2.5, siblings: 2.5, wrong: ['improved', 'regressed'] },
] as const)(
  'a thousand changes of a ring beside three others: $name',
  (course) => {
    const tallies = tallied(course, 3, OF_EACH, NOISES, RINGS, FRESH)
    const all = tallies.get('all')!
    console.log(course.name, 'rings', Object.fromEntries(tallies))
    for (const verdict of course.wrong) expect(all[verdict] / all.changes, verdict).toBeLessThanOrEqual(MISSED)
  },
  600_000,
)
