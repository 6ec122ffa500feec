import { expect, test } from 'vitest'
import { controlSettings } from './settings.ts'

const [points, ttl, jitter] = controlSettings.map(({ value }) => (text: string) => {
  const parsed = value.safeParse(text)
  return parsed.success ? parsed.data : null
})

test('values in their own form; what is none is refused', () => {
  expect(['0', '160', '0160', '100000'].map(points!)).toEqual(['0', '160', '160', '100000'])
  expect(['-1', '1.5', 'banana', '100001', '9999999', '1;2', '1\n', ''].map(points!)).toEqual(Array(8).fill(null))
  expect(['90s', '10m', '60000ms', '60000', '1.5s'].map(ttl!)).toEqual(['90s', '10m', '1m', '1m', '1500ms'])
  expect(['0', '-1s', 'x', '100000d', '1m\n;'].map(ttl!)).toEqual(Array(5).fill(null))
  expect(['0', '0.1', '.25', '1', '1.0', '0.250'].map(jitter!)).toEqual(['0', '0.1', '0.25', '1', '1', '0.25'])
  expect(['1.1', '-0.1', '2', 'a', '1e-3', ''].map(jitter!)).toEqual(Array(6).fill(null))
})
