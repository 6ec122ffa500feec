import { expect, test } from 'vitest'
import { duration, falseAlarms, share, threshold } from './settings.ts'

test('settings of one kind share what reads them, and have words and a default of their own', () => {
  for (const [one, other, parsed] of [
    [duration('10s', 'one'), duration('5m', 'other'), [10_000, 300_000]],
    [threshold(1, 'one'), threshold(2, 'other'), [1, 2]],
    [share(0.1, 'one'), share(0.2, 'other'), [0.1, 0.2]],
  ] as const) {
    expect(other.def.innerType).toBe(one.def.innerType)
    expect([one.parse(undefined), other.parse(undefined)]).toEqual(parsed)
    expect([one.description, other.description]).toEqual(['one', 'other'])
  }
  expect(falseAlarms('pools').meta()).toMatchObject({ 'x-rate': true, description: expect.stringContaining('all pools together') })
})
