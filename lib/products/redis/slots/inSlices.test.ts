import { expect, test } from 'vitest'
import { inSlices } from './rebalance.ts'

test('slots of one receiver are moved together, and all receivers get their turn', () => {
  const moves = Array.from({ length: 60 }, (_, slot) => ({ slot, from: 'a', to: slot % 3 === 0 ? 'c' : 'b' }))
  const ordered = inSlices(moves)
  expect(ordered.map(({ to }) => to).join('')).toBe(`${'c'.repeat(16)}${'b'.repeat(16)}${'c'.repeat(4)}${'b'.repeat(24)}`)
  expect(ordered.map(({ slot }) => slot).toSorted((a, b) => a - b)).toEqual(moves.map(({ slot }) => slot))
  expect(inSlices([])).toEqual([])
})
