import { expect, test } from 'vitest'
import { finding as base } from '../../../test/documents.ts'
import type { Finding } from '../../model/finding.ts'
import { flapNote, flappingOf, onsetsOf, steadyTimes } from './flaps.ts'

const minutes = (n: number) => n * 60_000
const at = (minute: number, more: Partial<Finding> = {}): Finding => ({
  ...base,
  id: `${minute}`,
  since: minutes(minute),
  firingAt: minutes(minute),
  ...more,
})
const seen = (finding: Finding, all: readonly number[], now: number) =>
  flappingOf(finding, onsetsOf(all.map((one) => at(one))), minutes(now))

test('the fifth time within ten minutes it flaps, until fewer than five are as near', () => {
  const all = [0, 2, 4, 6, 8]
  expect(seen(at(6), all.slice(0, 4), 6)).toBeNull()
  expect(seen(at(8), all, 8)).toEqual({ times: 5, until: minutes(10), first: true })
  expect(seen(at(8), all, 9.9)).not.toBeNull()
  expect(seen(at(8), all, 10)).toBeNull()
})

test('while it goes on only the one with which it began is the first', () => {
  const all = [0, 2, 4, 6, 8, 9, 11]
  expect(seen(at(9), all, 9)).toEqual({ times: 6, until: minutes(12), first: false })
  expect(seen(at(11), all, 11)).toMatchObject({ times: 6, first: false })
  expect(seen(at(8), all, 11)).toMatchObject({ first: true })
})

test('slower, elsewhere or by another rule it does not flap, and one moment counts once', () => {
  expect(seen(at(10), [0, 2.5, 5, 7.5, 10], 10)).toBeNull()
  expect(seen(at(8, { subject: { target: 'other' } }), [0, 2, 4, 6, 8], 8)).toBeNull()
  expect(seen(at(8, { rule: 'x/y' }), [0, 2, 4, 6, 8], 8)).toBeNull()
  expect(seen(at(0), [0, 0, 0, 0, 0], 0)).toBeNull()
})

test('one that is only asked about counts as if it began then', () => {
  expect(seen(at(8), [0, 2, 4, 6], 8)).toMatchObject({ times: 5, first: true })
})

test('a notice of it says so; what may be steadier is looked at again', () => {
  const onsets = onsetsOf([0, 2, 4, 6, 8].map((one) => at(one)))
  expect(flapNote(at(8), { onsets, at: minutes(8) }).note).toMatch(/^It began 5 times within 10 minutes/)
  expect(flapNote(at(8), { onsets, at: minutes(20) })).toEqual({})
  expect(steadyTimes(onsets)).toContain(minutes(10))
  expect(steadyTimes(onsetsOf([at(0)]))).toEqual([])
})
