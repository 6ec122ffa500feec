import { expect, it } from 'vitest'
import type { Draft, Proposal } from '../model/proposal.ts'
import { isMarginal, saysTheSame } from './draft.ts'

type LiveSettings = Record<string, [before: string, after: string]>
const predict = { metric: 'ring_imbalance', where: {}, unit: 'factor' as const, before: 1.3, after: 1.05, low: 1, high: 1.1, basis: '' }
const draft = (liveSettings: LiveSettings, more: Partial<Draft> = {}) =>
  ({
    steps: Object.entries(liveSettings).map(([name, [before, after]]) => ({ setting: { target: 'ring:r', name }, before, after })),
    predict,
    ...more,
  }) as Draft
const open = (liveSettings: LiveSettings, prediction: Proposal['prediction'] = predict) =>
  ({ steps: draft(liveSettings).steps, prediction }) as unknown as Proposal

it('holds for noise: about the same values, a knob more or less that hardly turns, another order', () => {
  const now = open({ a: ['40', '127'], b: ['160', '140'] })
  expect(saysTheSame(now, draft({ a: ['40', '109'], b: ['160', '140'] }))).toBe(true)
  expect(saysTheSame(now, draft({ c: ['160', '163'], b: ['160', '136'], a: ['40', '129'] }))).toBe(true)
  expect(saysTheSame(open({ policy: ['lru', 'lfu'] }), draft({ policy: ['lru', 'lfu'] }))).toBe(true)
  // Small beside what is live now.
  expect(saysTheSame(open({ a: ['100', '12'] }), draft({ a: ['100', '15'] }))).toBe(true)
  expect(saysTheSame(open({ a: ['100', '12'] }), draft({ a: ['100', '20'] }))).toBe(false)
})

it('does not hold when a live value has changed, or another value or effect is meant', () => {
  const now = open({ a: ['40', '127'] })
  expect(saysTheSame(now, draft({ a: ['41', '127'] }))).toBe(false)
  expect(saysTheSame(now, draft({ a: ['40', '80'] }))).toBe(false)
  expect(saysTheSame(now, draft({ a: ['40', '127'], b: ['160', '80'] }))).toBe(false)
  expect(saysTheSame(open({ policy: ['lru', 'lfu'] }), draft({ policy: ['lru', 'random'] }))).toBe(false)
  expect(saysTheSame(now, draft({ a: ['40', '127'] }, { predict: { ...predict, after: 1.8 } }))).toBe(false)
  expect(saysTheSame(now, draft({ a: ['40', '127'] }, { predict: { ...predict, metric: 'ring_imbalance_owned' } }))).toBe(false)
  expect(saysTheSame(now, draft({ a: ['40', '127'] }, { predict: { absentBecause: 'x' } }))).toBe(false)
  expect(saysTheSame(open({ a: ['40', '127'] }, null), draft({ a: ['40', '127'] }, { predict: { absentBecause: 'x' } }))).toBe(true)
  expect(saysTheSame(now, draft({ a: ['40', '127'] }, { patchOnly: 'x' }))).toBe(false)
})

it('holds while the effect that is foreseen stays inside the band that was shown', () => {
  const now = open({ a: ['40', '127'] })
  const foreseen = (after: number) => draft({ a: ['40', '127'] }, { predict: { ...predict, after } })
  expect([0.99, 1, 1.1, 1.11].map((after) => saysTheSame(now, foreseen(after)))).toEqual([false, true, true, false])
})

it('is marginal when the gain is small and no gain is not excluded', () => {
  expect(isMarginal(draft({}, { predict: { ...predict, before: 1.08 } }))).toBe(true)
  expect(isMarginal(draft({}))).toBe(false)
  expect(isMarginal(draft({}, { predict: { ...predict, before: 1.08, high: 1.06 } }))).toBe(false)
  expect(isMarginal(draft({}, { predict: { absentBecause: 'x' } }))).toBe(false)
})
