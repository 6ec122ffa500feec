import { expect, it } from 'vitest'
import { asNoisyAs, commonShift, shiftOf, without } from './shift.ts'

const around = (value: number, half = 0.01) => ({ value, low: value - half, high: value + half })

it('is a difference of ratios and a factor of times', () => {
  expect(shiftOf('absolute', around(0.9), around(0.8))!.value).toBeCloseTo(-0.1)
  expect(shiftOf('log', around(0.05), around(0.1))!.value).toBeCloseTo(Math.log(2))
  expect(shiftOf('log', around(0, 0), around(0.1))).toBeNull()
})

it('is common to several: surer than one, and that of most where one differs', () => {
  const one = commonShift([around(-0.1)])!
  const three = commonShift([around(-0.1), around(-0.105), around(-0.095)])!
  expect(three.value).toBeCloseTo(-0.1)
  expect(three.high - three.low).toBeLessThan(one.high - one.low)
  expect(commonShift([around(0), around(0.002), around(0.001), around(0.003), around(0.5)])!.value).toBeCloseTo(0.002)
})

it('is not known of two that disagree, nor of none', () => {
  expect(commonShift([around(0), around(0.5)])).toBeNull()
  expect(commonShift([])).toBeNull()
})

it('leaves what was measured without it, as uncertain as both', () => {
  const ratio = without('absolute', around(0.7), around(-0.1, 0.02))
  expect(ratio.value).toBeCloseTo(0.8)
  expect(ratio.high - ratio.value).toBeCloseTo(Math.hypot(0.01, 0.02))
  const time = without('log', around(0.2), around(Math.log(4), 0))
  expect(time.value).toBeCloseTo(0.05)
  expect(time.high).toBeGreaterThan(0.05)
})

it('makes a short measurement no surer than a longer one lets expect', () => {
  const seen = asNoisyAs(around(0.05, 0.01), around(0.1, 0.001), 4, 'log')
  expect(seen.high - 0.1).toBeCloseTo(0.04)
  expect(asNoisyAs(around(0.9, 0.01), around(0.8, 0.03), 4, 'absolute').high).toBeCloseTo(0.83)
})
