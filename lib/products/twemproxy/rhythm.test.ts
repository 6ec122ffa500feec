import { expect, it } from 'vitest'
import { observed, type Rhythm } from './rhythm.ts'

/** Looks once a second; `counters` at each, and which looks were told as news. */
function looks(counters: string[]): { told: number[]; everyMs: number | null } {
  let rhythm: Rhythm | null = null
  let everyMs: number | null = null
  const told: number[] = []
  for (const [i, each] of counters.entries()) {
    const answer = observed(rhythm, each, i * 1_000)
    rhythm = answer.rhythm
    everyMs = answer.everyMs
    if (answer.news) told.push(i)
  }
  return { told, everyMs }
}
const steady = (n: number, every: number, from = 0) => Array.from({ length: n }, (_, i) => String(Math.floor((i + from) / every)))

it('counters that are renewed at each look are told at each', () => {
  expect(looks(steady(6, 1))).toEqual({ told: [0, 1, 2, 3, 4, 5], everyMs: 1_000 })
})

it('repeated counters are no news, once the rhythm was seen twice', () => {
  const { told, everyMs } = looks(steady(40, 10, 3))
  expect(everyMs).toBe(10_000)
  // Nobody knows of the repetition up to the second change.
  expect(told.filter((i) => i > 17)).toEqual([27, 37])
})

it('quiet servers are told in their rhythm, and it is not taken for a slower one', () => {
  const counters = [...steady(30, 10), ...Array.from({ length: 30 }, () => '2'), ...steady(20, 10, 30)]
  const { told, everyMs } = looks(counters)
  expect(everyMs).toBe(10_000)
  expect(told.filter((i) => i > 20)).toEqual([30, 40, 50, 60, 70])
})
