import { expect, test } from 'vitest'
import { stretches } from './strip.ts'

const iso = (ms: number) => new Date(ms).toISOString()
const incident = (id: string, since: number, resolvedAt?: number) => ({
  id,
  since: iso(since),
  ...(resolvedAt === undefined ? {} : { resolvedAt: iso(resolvedAt) }),
  severity: 'warning' as const,
  state: resolvedAt === undefined ? ('firing' as const) : ('resolved' as const),
})

test('an incident lasts from its beginning to its end, or to now', () => {
  expect(stretches([incident('a', 500, 750), incident('b', 800)], 1_000, 1_000)).toEqual([
    { id: 'a', from: 0.5, to: 0.75, lane: 0, severity: 'warning', firing: false },
    { id: 'b', from: 0.8, to: 1, lane: 0, severity: 'warning', firing: true },
  ])
})

test('what overlaps stands in lanes, what is older is left out, what began before begins at the edge', () => {
  const got = stretches([incident('old', -900, -500), incident('a', -100, 600), incident('b', 300)], 1_000, 1_000)
  expect(got.map(({ id, from, lane }) => [id, from, lane])).toEqual([
    ['a', 0, 0],
    ['b', 0.3, 1],
  ])
})

test('the shortest is still seen', () => {
  const [one] = stretches([incident('a', 1_000, 1_000)], 1_000, 1_000)
  expect(one!.to - one!.from).toBeGreaterThan(0.005)
})
