import { expect, it } from 'vitest'
import type { Series } from '../../../lib/model/series.ts'
import { FROM } from '../../../test/series.ts'
import { type Sign, shownAt } from './shown.ts'

const series: Series[] = [
  {
    metric: 'cache_uptime_seconds',
    labels: { target: 'a' },
    stepMs: 1000,
    points: [10, 11, 12, 1, 2, 0, 1].map((up, i) => [FROM + 1000 * i, up]),
  },
]
const sign: Sign = { metric: 'cache_uptime_seconds', labels: { target: 'a' }, is: (before, after) => after < before }

it('is the poll in which a fault is first seen after it began', () => {
  expect(shownAt(sign, 1.5, series)).toBe(3)
  expect(shownAt(sign, 3.5, series)).toBe(5)
  expect(shownAt({ ...sign, times: 2 }, 1.5, series)).toBe(5)
})

it('is unknown where no poll shows the sign', () => {
  expect(shownAt(sign, 5.5, series)).toBeNull()
  expect(shownAt({ ...sign, labels: { target: 'b' } }, 1.5, series)).toBeNull()
})
