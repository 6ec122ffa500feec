import { expect, test } from 'vitest'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { mineFirst } from './mine.ts'
import { noAdminBecause, noOperatorBecause, nowhereOperatorBecause } from './noChange.ts'

const ada = { name: 'ada', role: 'viewer' as const, grants: [{ role: 'operator' as const, where: { team: 'shop' } }] }
const frameOf = (person: FrameView['person']) => ({ person, mode: 'tune' }) as FrameView

test('what somebody acts on comes first, each part in its order; without roles by label nothing moves', () => {
  const rows = [
    { id: 1 },
    { id: 2, labels: { team: 'shop' } },
    { id: 3, labels: { team: 'pay' } },
    { id: 4, labels: { team: 'shop', env: 'prod' } },
  ]
  const order = (person: FrameView['person']) => mineFirst(person, rows, (row) => row.labels as never).map(({ id }) => id)
  expect(order(ada)).toEqual([2, 4, 1, 3])
  expect(order({ name: 'ann', role: 'admin' })).toEqual([1, 2, 3, 4])
  expect(order(null)).toEqual([1, 2, 3, 4])
})

test('a button says why it may not be pressed here', () => {
  const frame = frameOf(ada)
  expect(noOperatorBecause(frame, { team: 'shop' })).toBeNull()
  expect(noOperatorBecause(frame, { team: 'pay' })).toBe('This needs the role operator here; you are viewer; operator on team=shop.')
  expect(noOperatorBecause(frame)).toContain('This needs the role operator here')
  expect(noAdminBecause(frame, { team: 'shop' })).toContain('This needs the role admin here')
  expect(nowhereOperatorBecause(frame)).toBeNull()
  expect(nowhereOperatorBecause(frameOf({ name: 'vic', role: 'viewer' }))).toBe('This needs the role operator; yours is viewer.')
  expect([noOperatorBecause(undefined), noOperatorBecause(frameOf(null)), noAdminBecause(frameOf({ name: 'ann', role: 'admin' }))]).toEqual(
    [null, null, null],
  )
})
