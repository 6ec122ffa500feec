import { expect, test } from 'vitest'
import { conditionsIn, timesOf } from './silenceForm.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')

test('one condition a line, without empty ones', () => {
  expect(conditionsIn(' target="a"\n\n severity!=critical \n')).toEqual(['target="a"', 'severity!=critical'])
})

test('a new silence begins now, or when it is said to, and lasts from then', () => {
  expect(timesOf('', '4', undefined, NOW)).toEqual({ until: '2026-11-28T16:00:00.000Z' })
  const from = new Date('2026-11-29T08:00')
  expect(timesOf('2026-11-29T08:00', '1', undefined, NOW)).toEqual({
    from: from.toISOString(),
    until: new Date(from.getTime() + 3_600_000).toISOString(),
  })
})

test('of a changed one what is not said stays', () => {
  const running = { from: '2026-11-28T10:00:00.000Z', until: '2026-11-28T14:00:00.000Z' }
  expect(timesOf('', '', running, NOW)).toEqual({})
  expect(timesOf('', '1', running, NOW)).toEqual({ until: '2026-11-28T13:00:00.000Z' })
  const ahead = { from: '2026-11-30T10:00:00.000Z', until: '2026-11-30T11:00:00.000Z' }
  expect(timesOf('', '4', ahead, NOW)).toEqual({ until: '2026-11-30T14:00:00.000Z' })
})
