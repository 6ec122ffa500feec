import { expect, it } from 'vitest'
import { detectors } from '../../detectors/registry.ts'
import { thresholds } from './thresholds.ts'

const rule = (id: string) => detectors.find((one) => one.id === id)!

it('shows each setting with its default and the reason, times as text, and what was set', () => {
  const shown = thresholds(rule('cache/eviction-storm'), { deviations: 12, normalAfter: 600_000 })
  expect(shown.find(({ name }) => name === 'deviations')).toMatchObject({ value: '12', default: '8', set: true })
  expect(shown.find(({ name }) => name === 'normalAfter')).toMatchObject({ value: '10\u00a0min', default: '5\u00a0min', set: true })
  expect(shown.find(({ name }) => name === 'itemsShare')).toMatchObject({ value: '0.005', set: false })
})

it('shows a rate as it is written, not as a time', () => {
  const shown = thresholds(rule('cache/hit-ratio-drop'), { falseAlarms: 1 / 24 })
  expect(shown.find(({ name }) => name === 'falseAlarms')).toMatchObject({ value: '0.0417/h', default: '0.01/h', set: true })
})

it.each(detectors.map((one) => [one.id, one] as const))('%s: every threshold has a reason', (_id, detector) => {
  const shown = thresholds(detector)
  expect(shown.map(({ name }) => name).sort()).toEqual(Object.keys(detector.settings.parse({})).sort())
  expect(shown.filter(({ why }) => why === '')).toEqual([])
})

it.each(detectors.map((one) => [one.id, one.harmless] as const))('%s: when it is harmless is a sentence', (_id, harmless) => {
  expect(harmless).toMatch(/^[A-Z].+\.$/)
})
