import { expect, it } from 'vitest'
import { straightLine } from './straightLine.ts'

it('finds the slope, and how much of what varies the line explains', () => {
  const exact = straightLine([[100, 12], [200, 22], [400, 42]]) // biome-ignore format: one line
  expect(exact.slope).toBeCloseTo(0.1)
  expect(exact.rSquared).toBeCloseTo(1)
  const square = straightLine([[1, 1], [2, 4], [4, 16], [8, 64], [16, 256]]) // biome-ignore format: one line
  expect(square.rSquared).toBeLessThan(0.97)
})
