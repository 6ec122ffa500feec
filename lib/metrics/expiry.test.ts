import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import { measure } from './measure.ts'

const peak = (values: string, stepMs = 1_000) =>
  measure('cache_expiration_peak_rate', { target: 'a' }, load(stepMs, { 'cache_expirations_total{target=a}': values }))

test('the fullest second, and how sure a count of it is', () => {
  const seen = peak('0+5x20 2100 2105 2110')
  expect(seen).toMatchObject({ is: 'measured', value: 2_000, count: 2_000 })
  expect(seen).toMatchObject({ low: expect.closeTo(1_913, -1), high: expect.closeTo(2_089, -1) })
})
test('what was not seen may have held the peak', () => {
  expect(peak('0+5x20 _ _ _ _ _ _ _ _ _ 2100')).toMatchObject({ is: 'unjudged' })
  expect(peak('0+5x20', 10_000)).toMatchObject({ is: 'unjudged', because: expect.stringMatching(/every 10 s/) })
  expect(measure('cache_expiration_peak_rate', { target: 'b' }, load(1_000, { 'x{target=a}': '0x10' }))).toMatchObject({ is: 'unjudged' })
})
