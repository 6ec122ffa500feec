import { expect, test } from 'vitest'
import type { SimulationView } from '@/lib/model/answers/autopilot.ts'
import { hourWords, insideWords, leadWords, licenceWords, simulatedWords, whereText, whereWords } from './words.ts'

test('a policy is told in a word', () => {
  const revoked = { at: '', change: 'c', by: 'autopilot' }
  expect(licenceWords({ licensed: false, revoked, acts: false })).toEqual({ tone: 'critical', words: 'taken away' })
  expect(licenceWords({ licensed: false, revoked: null, acts: false }).words).toBe('not earned yet')
  expect(licenceWords({ licensed: true, revoked: null, acts: false }).words).toBe('earned')
  expect(licenceWords({ licensed: true, revoked: null, acts: true }).words).toBe('acts')
  expect(insideWords({ judged: 0, inside: 0 })).toBe('')
})

test('labels and hours are written as people write them', () => {
  expect(whereWords({})).toBe('every target')
  expect(whereWords({ team: 'shop', env: 'prod' })).toBe('team=shop, env=prod')
  expect(whereText({ team: 'shop', env: 'prod' })).toBe('team=shop,env=prod')
  expect(hourWords({ days: ['mon', 'tue'], from: 540, to: 965, zone: 'UTC' })).toBe('mon, tue 09:00 to 16:05 UTC')
})

test('a simulation is told in a sentence', () => {
  const simulation = { considered: 0, acted: 0, tried: 0, confirmed: 0, regressed: 0, unanswered: 0 } as SimulationView
  expect(simulatedWords(simulation)).toMatch(/^Nothing was proposed/)
  expect(simulatedWords({ ...simulation, considered: 1 })).toBe('Of 1 problem it would have acted on 0.')
  expect(simulatedWords({ ...simulation, considered: 9, acted: 7, tried: 4, confirmed: 3, regressed: 1, unanswered: 3 })).toBe(
    'Of 9 problems it would have acted on 7. 4 of them somebody applied too, and they were judged: 3 inside the band, 1 regressed. 3 nobody applied.',
  )
})

test('the lead says how many may act, and what holds all of them', () => {
  expect(leadWords({ items: [], held: null })).toBe('Nothing is applied without a click.')
  const one = { licensed: true } as Parameters<typeof leadWords>[0]['items'][number]
  expect(leadWords({ items: [one], held: 'The mode is observe.' })).toBe('1 policy, 1 with a licence. The mode is observe.')
})
