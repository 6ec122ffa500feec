import { expect, test } from 'vitest'
import type { Store } from '../../model/store.ts'
import { limitChangedAt, targetLog } from './targetLog.ts'

const NOW = 1_767_225_600_000
const HOUR = 3_600_000
/** Limits, one each ten minutes up to now. */
const store = (...limits: (number | null)[]) => {
  const points = limits.map((value, i) => [NOW - (limits.length - 1 - i) * 600_000, value] as [number, number | null])
  const query: Store['query'] = ({ from }) => [{ metric: '', labels: {}, points: points.filter(([at]) => at >= from) }]
  return { query } as Store
}
const sinceOf = (of: Store) => {
  const references = { settings: () => ({ from: 'report', keep: HOUR }), folder: () => '/x' } as never
  return targetLog({ references, store: of, now: () => NOW }, 'cache').since - NOW
}

test('all that is kept counts while the limit of memory stays', () => {
  expect(limitChangedAt(store(100, null, 100), 'cache', 0, NOW)).toBeNull()
  expect(sinceOf(store(100, 100, 100))).toBe(-HOUR)
  expect(sinceOf(store())).toBe(-HOUR)
})

test('after a change the second half is of the cache as it is', () => {
  // An hour in 300 steps: the change is known to 12 s.
  expect(sinceOf(store(100, 100, 50, 50))).toBe(-2 * (1_200_000 - 12_000))
  expect(sinceOf(store(100, 50, 50, 50, 50, 50, 50))).toBe(-HOUR)
})
