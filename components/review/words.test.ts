import { expect, it } from 'vitest'
import { exactSpan, partWords, spanText } from './words.ts'

const window = { from: '2026-01-05T12:00:00.000Z', to: '2026-01-05T12:10:00.000Z' }
const rows = (...all: ('act' | 'watch' | 'well' | 'gap')[]) => ({ rows: all.map((is) => ({ is })) as never })

it('says over which time something was measured, or when', () => {
  expect(spanText(window)).toBe('over 10\u00a0min')
  expect(spanText({ ...window, from: window.to })).toBe('at 12:10:00 UTC')
  expect(exactSpan(window)).toBe('2026-01-05 12:00:00 to 2026-01-05 12:10:00 UTC')
})

it('says of a part what is to be done first', () => {
  expect(partWords(rows('well', 'act', 'gap', 'act'))).toEqual({ tone: 'warning', text: '2 to do' })
  expect(partWords(rows('well', 'watch'))).toEqual({ tone: 'info', text: '1 risk' })
  expect(partWords(rows('gap', 'well'))).toEqual({ tone: 'ok', text: 'well' })
  expect(partWords(rows('gap'))).toEqual({ tone: 'off', text: 'not measured' })
  expect(partWords(rows())).toEqual({ tone: 'off', text: 'not measured' })
})
