import { expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { FROM } from '../../test/series.ts'
import { createStore } from '../store/store.ts'
import { restartedAt } from './emptied.ts'

test('a restart is told alike from readings that a store holds and from points, of old servers and young ones', () => {
  const random = randomOf(3)
  let restarts = 0
  for (let round = 0; round < 60; round++) {
    let second = 0
    const store = createStore({ path: ':memory:', now: () => FROM + second * 1_000 })
    let up = random() < 0.5 ? Math.floor(random() * 300) : 100_000
    const end = 50 + Math.floor(random() * 250)
    for (; second < end; second++) {
      up = random() < 0.004 ? 0 : up + 1
      // A clock that lags, polls that are lost, and hours without any.
      const lag = random() < 0.05 ? 1 : 0
      if (random() < 0.01) second += Math.floor(random() * 40)
      if (random() > 0.05)
        store.append('a', FROM + second * 1_000, [{ metric: 'cache_uptime_seconds', value: Math.max(0, up - lag) }], 1_000)
    }
    for (const span of [20, 100, 400]) {
      const [series] = store.window(FROM + (second - span) * 1_000, FROM + second * 1_000).series('cache_uptime_seconds')
      if (!series) continue
      const { metric, labels, stepMs, points } = series
      const told = restartedAt({ metric, labels, stepMs, points })
      expect(restartedAt(series)).toBe(told)
      if (told !== null) restarts++
    }
    store.close()
  }
  expect(restarts).toBeGreaterThan(20)
})
