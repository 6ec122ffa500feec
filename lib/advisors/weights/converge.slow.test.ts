import { describe, expect, test } from 'vitest'
import { type Applied, control } from '../../../test/control.ts'
import { Queues, type Station } from '../../../test/queues.ts'
import { quantile } from '../../math/robust.ts'
import type { Prediction } from '../../model/proposal.ts'

const workers = (...counts: number[]): Station[] => counts.map((count) => ({ workers: count, seconds: 0.08 }))
const POOLS: [name: string, stations: Station[], loads: number[]][] = [
  ['1 : 2 : 4', workers(1, 2, 4), [0.3, 0.5, 0.63, 0.75]],
  ['1 : 1 : 1 : 4', workers(1, 1, 1, 4), [0.3, 0.5]],
  ['10 : 9 : 8', workers(10, 9, 8), [0.5]],
  ['1 : 20', workers(1, 20), [0.2, 0.5, 0.85]],
  ['4 : 8 : 16', workers(4, 8, 16), [0.5, 0.7]],
  ['one of four at 160 ms', [0.02, 0.02, 0.16, 0.02].map((seconds) => ({ workers: 16, seconds })), [0.05]],
]
const WEIGHTS = [() => 1, () => 10, () => 100, (i: number) => [30, 100, 50, 70][i]!]
const QUIET = 180

const capacity = (stations: Station[]) => stations.reduce((sum, { workers, seconds }) => sum + workers / seconds, 0)
const shares = (weights: number[]) => weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0))
const meanOf = (queues: Queues) => {
  const times = queues.recent(30).flat()
  return times.reduce((sum, seconds) => sum + seconds, 0) / times.length
}

/** The moves of one server's share: `-` down, `+` up; small ones and repetitions left out. Down and a part back is a search, twice is a swing. */
function moves(applied: Applied[], server: number): string {
  let text = ''
  for (const { before, after, decision } of applied) {
    const factor = shares(after)[server]! / shares(before)[server]!
    if (decision.is !== 'keep' || Math.abs(factor - 1) < 0.08) continue
    const sign = factor < 1 ? '-' : '+'
    if (!text.endsWith(sign)) text += sign
  }
  return text
}

describe('in simulated queues', () => {
  const seen: { prediction: Prediction; measured: number }[] = []

  test.each(POOLS.flatMap(([name, stations, loads]) => loads.map((load): [string, number, Station[]] => [name, load, stations])))(
    '%s at %d of what it can: at most five steps, then quiet',
    (_, load, stations) => {
      for (const work of ['fixed', 'exponential'] as const)
        for (const [seed, weightOf] of WEIGHTS.entries()) {
          const start = stations.map((_, i) => weightOf(i))
          const queues = new Queues({
            seed: 100 * seed + 7,
            stations,
            weights: start,
            perSecond: load * capacity(stations),
            work,
            clients: 60,
          })
          const what = `${work}, weights of ${start.join(':')}`
          queues.run(30)
          const before = meanOf(queues)
          const { applied, quietFor } = control(queues, { seconds: 1_800, quiet: QUIET })
          expect(applied.length, what).toBeLessThanOrEqual(5)
          expect(quietFor, what).toBeGreaterThanOrEqual(QUIET)
          if (applied.length > 0) expect(meanOf(queues), what).toBeLessThan(1.25 * before)
          for (const { after, effect, draft } of applied) {
            for (const weight of after) expect(Number.isInteger(weight) && weight >= 1 && weight <= 256, `${what}: ${after}`).toBe(true)
            if (effect.is !== 'unseen') seen.push({ prediction: draft.predict as Prediction, measured: effect.now.value })
          }
          for (const i of stations.keys()) expect(moves(applied, i), `${what}: server ${i + 1}`).not.toMatch(/\+-\+-|-\+-\+/)
        }
    },
  )

  test('predictions hold what was measured, four times in five', () => {
    const within = seen.filter(({ prediction, measured }) => measured >= prediction.low && measured <= prediction.high)
    expect(seen.length).toBeGreaterThan(50)
    expect(within.length / seen.length).toBeGreaterThan(0.8)
  })
})

describe('capacities of 1 : 2 : 4 under an even stream of requests', () => {
  test.each([0.4, 0.5, 0.6, 0.63, 0.7])('at %d of what it can, every p95 is within 15 % of the others', (load) => {
    for (const weight of [1, 10, 100]) {
      const stations = workers(1, 2, 4)
      const queues = new Queues({
        seed: 3,
        stations,
        weights: [weight, weight, weight],
        perSecond: load * capacity(stations),
        work: 'fixed',
        arrivals: 'even',
        clients: 30,
      })
      queues.run(20)
      const { applied } = control(queues, { seconds: 900, quiet: 150 })
      const p95 = queues.recent(60).map((times) => quantile(times, 0.95)!)
      expect(applied.length, `weights of ${weight}`).toBeLessThanOrEqual(5)
      expect(Math.max(...p95) / Math.min(...p95), `weights of ${weight}: ${p95}`).toBeLessThan(1.15)
    }
  })
})
