import { expect, it } from 'vitest'
import { NOISES, RINGS, tallied } from '../../test/simulatedChanges.ts'

const steady = NOISES.slice(0, 1)
const OF_EACH = 25

it('takes its time with changes that do nothing, and none with those that do what was predicted', () => {
  const nothing = tallied({ name: 'no effect', own: 1, siblings: 1 }, 0, 15).get('all')!
  expect(nothing.improved + nothing.regressed).toBeLessThanOrEqual(0.1 * nothing.changes)
  const all = tallied({ name: 'as predicted', own: 0.5, siblings: 1 }, 3, OF_EACH, steady).get('all')!
  expect(all).toMatchObject({ improved: OF_EACH, early: OF_EACH })
  expect(all.seconds / all.changes).toBeLessThan(60)
})

it('knows from the ten minutes before how long response times wander', () => {
  const wandering = NOISES.slice(-1)
  const all = tallied({ name: 'no effect', own: 1, siblings: 1 }, 0, 100, wandering).get('all')!
  expect(all.improved + all.regressed).toBeLessThanOrEqual(5)
  expect(tallied({ name: 'as predicted', own: 0.5, siblings: 1 }, 0, OF_EACH, wandering).get('all')!.improved).toBeGreaterThan(
    OF_EACH * 0.9,
  )
})

it('does not take a dip of the whole fleet for the doing of a change, nor rolls back for it by a guard', () => {
  const dip = { name: 'dip', own: 4, siblings: 4 }
  expect(tallied(dip, 3, OF_EACH, steady).get('all')).toMatchObject({ byGuard: 0, changes: OF_EACH })
  expect(tallied(dip, 3, OF_EACH, steady).get('all')!.regressed).toBeLessThanOrEqual(2)
  // Without siblings nobody can tell: it is rolled back, as it always was.
  expect(tallied(dip, 0, OF_EACH, steady).get('all')).toMatchObject({ byGuard: OF_EACH, regressed: OF_EACH })
})

it('rolls back by a guard what siblings do not share, as fast as without them', () => {
  const [beside, alone] = [3, 0].map((siblings) => tallied({ name: 'own', own: 4, siblings: 1.2 }, siblings, OF_EACH, steady).get('all')!)
  expect(beside).toMatchObject({ byGuard: OF_EACH })
  expect(beside!.seconds).toBeLessThanOrEqual(alone!.seconds + OF_EACH)
})

it('holds a ring against the other rings: a dip of all is no doing of its points, and its own is', () => {
  const [dip, own] = [{ name: 'dip', own: 2.5, siblings: 2.5 }, { name: 'own', own: 2.5, siblings: 1 }] as const // biome-ignore format: one line
  expect(tallied(dip, 3, OF_EACH, steady, RINGS).get('all')).toMatchObject({ byGuard: 0, regressed: 0, improved: 0 })
  expect(tallied(own, 3, OF_EACH, steady, RINGS).get('all')).toMatchObject({ byGuard: OF_EACH, regressed: OF_EACH })
  expect(tallied(dip, 0, OF_EACH, steady, RINGS).get('all')).toMatchObject({ byGuard: OF_EACH, regressed: OF_EACH })
})
