import { afterEach, expect, test } from 'vitest'
import type { Store } from '../model/store.ts'
import { createStore } from './store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5, 3)

let store: Store
afterEach(() => store.close())

/** Half an hour of a counter, a poll each ten seconds, on each of these days; then now. */
function filled(days: readonly number[], now: number): Store {
  let clock = START
  store = createStore({ path: ':memory:', now: () => clock })
  let count = 0
  for (const day of days) {
    for (let at = START + day * DAY; at < START + day * DAY + HOUR / 2; at += 10_000) {
      clock = at
      count += 10 * (day + 1)
      store.append('a', at, [{ metric: 'cache_hits_total', value: count }, { metric: 'cache_items', value: day }], 10_000) // biome-ignore format: one line
      if (at % MINUTE === 0) store.tick(at)
    }
    // Half a day later what is due is condensed, and idle samples have left memory.
    for (const end = START + day * DAY + 14 * HOUR; clock < end; clock += 20 * MINUTE) store.tick(clock)
  }
  clock = now
  store.append('a', now, [{ metric: 'cache_hits_total', value: count }, { metric: 'cache_items', value: 0 }], 10_000) // biome-ignore format: one line
  return store
}

test('the same time of earlier days is told by the minute, from samples and from stretches; a day without samples is a gap', () => {
  const now = START + 8 * DAY + 10 * MINUTE
  const window = filled([0, 1, 6, 7], now).window(now - 5 * MINUTE, now)
  const grownOn = (ago: number) => {
    const then = window.ago(ago * DAY)
    const [series] = then.between(then.to - 5 * MINUTE, then.to + 5 * MINUTE).series('cache_hits_total', { target: 'a' })
    const points = series?.points ?? []
    return points.length < 2 ? null : (points.at(-1)![1] - points[0]![1]) / (points.at(-1)![0] - points[0]![0])
  }
  // Each day counts ten times its number, each ten seconds.
  expect(grownOn(1)).toBeCloseTo(80 / 10_000)
  expect(grownOn(2)).toBeCloseTo(70 / 10_000)
  expect(grownOn(7)).toBeCloseTo(20 / 10_000)
  expect(grownOn(3)).toBeNull()
  expect(grownOn(14)).toBeNull()
  expect(window.ago(DAY).records('hot-key')).toEqual([])
})
