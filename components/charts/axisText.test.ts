import { expect, test } from 'vitest'
import type { Unit } from '@/lib/format/format.ts'
import { valueText } from './axisText.ts'

test.each<[number, Unit, string]>([
  [0.75, 'ratio', '75 %'],
  [750_000, 'count', '750 000'],
  [1_000_000, 'count', '1 M'],
  [2_500_000, 'perSecond', '2.5 M/s'],
  [4_000_000_000, 'none', '4 G'],
  [0, 'count', '0'],
])('a tick of %d (%s) fits beside the chart: %s', (value, unit, words) => {
  expect(valueText(value, unit).replace(/\s/g, ' ')).toBe(words)
})
