import { describe, expect, test } from 'vitest'
import { Queues } from '../../../test/queues.ts'
import { replay } from '../../../test/replay.ts'
import { FROM } from '../../../test/series.ts'
import { weightHeldBack } from './weight-held-back.ts'

const MINUTE = 60_000

/** When a note is written, in minutes, of a server that takes so many times as long as the others and was lowered; it was slow until the beginning. */
function notes(
  times: number,
  { seed, minutes, weight = 15, perSecond = 40 }: { seed: number; minutes: number; weight?: number; perSecond?: number },
) {
  const stations = [times, 1, 1, 1].map((factor) => ({ workers: 16, seconds: 0.02 * factor }))
  const queues = new Queues({ seed, stations, weights: [weight, 100, 100, 100], perSecond, clients: 200 })
  queues.run(minutes * 60)
  const held = new Map([['app1', { weight: 100, writtenAt: FROM - MINUTE, slowUntil: FROM, slowMs: 30 * MINUTE, relapses: 0 }]])
  const topology = () => ({
    pools: [{ ...queues.poolNow(), held }],
    targets: [{ name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] }],
  })
  return replay(weightHeldBack, queues.tape.window(minutes * 60), { topology, everyMs: 5_000 }).map(({ at }) => (at - FROM) / MINUTE)
}

describe('in simulated queues, whatever the seed', () => {
  test('a server that takes half as long again as the others is never said to be well', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) expect(notes(1.5, { seed, minutes: 60 }), `seed ${seed}`).toEqual([])
  })

  test('one that takes as long as they do is, five to fifteen minutes after it was slow', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const [at] = notes(1, { seed, minutes: 20 })
      expect(at, `seed ${seed}`).toBeGreaterThanOrEqual(5)
      expect(at, `seed ${seed}`).toBeLessThanOrEqual(15)
    }
  })

  test('of few requests nothing is said', () => {
    expect(notes(1, { seed: 1, minutes: 15, weight: 1 })).toEqual([])
  })
})
