import { beforeEach, expect, it } from 'vitest'
import { change as base } from '../../test/documents.ts'
import type { Change } from '../model/change.ts'
import type { Draft, Proposal } from '../model/proposal.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { createCalibration, outcomesOf, widened } from './calibration.ts'

const prediction = {
  metric: 'pool_response_seconds',
  where: {},
  unit: 'seconds' as const,
  before: 0.2,
  after: 0.1,
  low: 0.09,
  high: 0.12,
  basis: '',
}
const draft = { steps: [], predict: prediction } as unknown as Draft
let store: ReturnType<typeof createStore>
const bus = createBus(() => {})
beforeEach(() => {
  store = createStore({ path: ':memory:' })
})

function judged(at: number, measured: number, more: Partial<Change> = {}): Change {
  const change: Change = {
    ...base,
    id: `c${at}`,
    at,
    proposal: `p${at}`,
    prediction,
    measured: { before: 0.2, after: measured, low: measured, high: measured },
    verdict: 'improved',
    ...more,
  }
  store.proposals.put({ id: `p${at}`, advisor: 'pool-weights', state: 'applied', steps: [], createdAt: at } as unknown as Proposal)
  store.changes.put(change)
  return change
}

it('counts judged predictions of proposals alone, the oldest first', () => {
  judged(2, 0.15)
  judged(1, 0.1)
  judged(3, 0.1, { verdict: 'unjudged' })
  judged(4, 0.1, { proposal: undefined } as never)
  judged(5, 0.1, { prediction: null })
  expect(outcomesOf(store).map(({ change, inside, score }) => [change.id, inside, Math.round(10 * score) / 10])).toEqual([
    ['c1', true, 0],
    ['c2', false, 2.5],
  ])
})

it('widens the bands of that remedy from nine outcomes on, once the ninth is judged', () => {
  const factor = createCalibration(store, bus)
  for (let at = 1; at <= 8; at++) judged(at, 0.14)
  expect(factor('pool-weights')).toBe(1)
  bus.emit({ type: 'change', change: judged(9, 0.14) })
  expect(factor('pool-weights')).toBeCloseTo(2, 9)
  expect(factor('ring-points')).toBe(1)
})

it('measures an outcome by the band as it was computed, not as it was widened', () => {
  judged(1, 0.14, { prediction: { ...prediction, low: 0.08, high: 0.14, widened: 2 } })
  expect(outcomesOf(store)[0]).toMatchObject({ inside: true, score: expect.closeTo(2, 9) })
})

it('keeps ratios within 0 and 1, other values above 0, and says by what it widened', () => {
  expect(widened(draft, 1)).toBe(draft)
  expect(widened(draft, 2).predict).toMatchObject({ after: 0.1, low: expect.closeTo(0.08, 9), high: expect.closeTo(0.14, 9), widened: 2 })
  expect(widened(draft, 50).predict).toMatchObject({ low: 0 })
  const ratio = { ...draft, predict: { ...prediction, unit: 'ratio' as const, after: 0.9, low: 0.85, high: 0.95 } }
  expect(widened(ratio, 4).predict).toMatchObject({ low: expect.closeTo(0.7, 9), high: 1 })
})

it('scores each expectation of a drill that could be judged', () => {
  const expects = [prediction, prediction, prediction].map((one) => ({ ...one, fromMs: 0, toMs: 10_000 }))
  const outcomes = [
    { value: 0.11, low: 0.1, high: 0.12, inside: true },
    { value: 0.2, low: 0.19, high: 0.21, inside: false },
    { inside: null, because: 'it was seen too briefly' },
  ]
  judged(1, 0.1, {
    proposal: undefined,
    prediction: null,
    verdict: 'unjudged',
    drill: { of: 'b of products', lastsMs: 60_000, expects, outcomes },
  })
  expect(outcomesOf(store).map(({ advisor, measured, inside }) => [advisor, measured, inside])).toEqual([
    ['drill', 0.11, true],
    ['drill', 0.2, false],
  ])
})
