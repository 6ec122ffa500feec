import { queryObjects } from 'node:v8'
import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { Moments } from './moments.ts'
import { createStore } from './store.ts'

const START = 1_800_000_000_000
const [TARGETS, PROBES, SERIES, POLLS] = [10, 4, 12, 50]

it('series of a poll share their moments, though they began in the same millisecond as others, missed a poll together, or came later', () => {
  const random = randomOf(3)
  const before = queryObjects(Moments, { format: 'count' })
  const store = createStore({ path: ':memory:', now: () => START })
  const asked: number[][][] = Array.from({ length: TARGETS }, () => Array.from({ length: PROBES }, () => []))
  for (let poll = 0; poll < POLLS; poll++)
    for (let target = 0; target < TARGETS; target++)
      for (let probe = 0; probe < PROBES; probe++) {
        if (random() < 0.05) continue
        const at = START + 1_000 * poll + (poll === 0 ? 0 : Math.floor(random() * 100))
        asked[target]![probe]!.push(at)
        // Rates come with the second poll.
        const metrics = asked[target]![probe]!.length < 2 ? SERIES / 2 : SERIES
        store.append(
          `cache-${target}`,
          at,
          Array.from({ length: metrics }, (_, i) => ({ metric: `m${probe}_${i}`, value: random() })),
          1_000,
        )
      }
  expect(queryObjects(Moments, { format: 'count' }) - before).toBeLessThanOrEqual(TARGETS * PROBES + 2)
  const window = store.window(START, START + 1e6)
  for (const [target, probes] of asked.entries())
    for (const [probe, moments] of probes.entries())
      for (const i of [0, SERIES - 1]) {
        const [series] = window.series(`m${probe}_${i}`, { target: `cache-${target}` })
        expect(series!.points.map(([at]) => at)).toEqual(i === 0 ? moments : moments.slice(1))
      }
  store.close()
})
