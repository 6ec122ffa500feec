import { expect, test } from 'vitest'
import type { Guard, Prediction } from '../model/proposal.ts'
import { onlyByPerson } from './onlyByPerson.ts'

const fit = { risk: 'low' as const, prediction: {} as Prediction, guards: [] as Guard[] }
const known = { reversal: 'exact' as const, byFile: false, long: false }

test('a predicted step of low or medium risk that comes back exactly may be applied without a person', () => {
  expect(onlyByPerson(fit, known)).toBeNull()
  expect(onlyByPerson({ ...fit, risk: 'medium' }, known)).toBeNull()
})

test.each([
  ['a high risk', { ...fit, risk: 'high' as const }, known],
  ['no prediction', { ...fit, prediction: null }, known],
  ['what can only be copied', { ...fit, patchOnly: 'a map' }, known],
  ['what a file owns', fit, { ...known, byFile: true }],
  ['long work', fit, { ...known, long: true }],
  ['what does not come back', fit, { ...known, reversal: 'none' as const }],
  ['what comes back with a loss, and has no guard', fit, { ...known, reversal: 'lossy' as const }],
])('%s is for a person', (_, proposal, facts) => {
  expect(onlyByPerson(proposal, facts)).toMatch(/\.$/)
})

test('a loss that a guard bounds is not', () => {
  expect(onlyByPerson({ ...fit, guards: [{} as Guard] }, { ...known, reversal: 'lossy' })).toBeNull()
})
