import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Prediction } from '../model/proposal.ts'
import { notYet } from './event.ts'

const prediction = (event?: Prediction['event']) => ({ where: { target: 'a' }, event }) as unknown as Prediction
const load4000 = { counter: 'ends', least: 4_000, background: 10, words: 'keys have ended' }

test('an effect that shows in an event waits for it, and counts nothing that is usual', () => {
  const seen = (text: string) => notYet(prediction(load4000), load(1_000, { 'ends{target=a}': text, 'ends{target=b}': '0+9000x60' }))
  expect(seen('0+10x60')).toMatch(/^0 of about 4.?000 keys have ended$/)
  expect(seen('0+70x60')).toMatch(/^3.?600 of about/)
  expect(seen('0+80x60')).toBeNull()
  // A restart of the server is no event.
  expect(seen('9000+10x30 0+10x30')).toMatch(/of about/)
})
test('without an event nothing is waited for', () => {
  expect(notYet(prediction(), load(1_000, { x: '0x10' }))).toBeNull()
})
