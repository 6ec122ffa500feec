import { expect, test } from 'vitest'
import { shifted } from './targetCurves.ts'

const point = { hitRatio: 0.6, low: 0.58, high: 0.62, fills: 40 }

test('what the model is off at present is taken off; half of it stays in the band, and all of it for another rule of eviction', () => {
  expect(shifted(point, 0.02, 0.5)).toEqual({
    hitRatio: expect.closeTo(0.62, 9),
    low: expect.closeTo(0.59, 9),
    high: expect.closeTo(0.64, 9),
    fills: 38,
  })
  expect(shifted(point, 0.02, 0)).toMatchObject({ hitRatio: expect.closeTo(0.62, 9), low: 0.58, high: expect.closeTo(0.64, 9) })
  expect(shifted(point, -0.02, 0)).toMatchObject({ hitRatio: expect.closeTo(0.58, 9), low: expect.closeTo(0.56, 9), high: 0.62 })
})
