import { expect, test } from 'vitest'
import { expiryName, readExpiryName, readSpan, spanText } from './expiry.ts'

test('a span is read back as it was written', () => {
  const span = { from: Date.UTC(2026, 0, 5, 12), to: Date.UTC(2026, 0, 5, 12, 1) }
  expect(spanText(span)).toBe('2026-01-05T12:00:00Z+60s')
  expect(readSpan(spanText(span))).toEqual(span)
  expect(readExpiryName(expiryName(span, 'a/b:*\n'))).toEqual({ span, glob: 'a/b:*\n' })
})
test.each([
  '',
  '60s',
  '2026-01-05T12:00:00Z',
  '2026-01-05T12:00:00Z+0s',
  '2026-13-05T12:00:00Z+1s',
  '2026-01-05T12:00:00Z+1s+1s',
  'x2026-01-05T12:00:00Z+1s',
])('%j is no span', (text) => expect(readSpan(text)).toBeNull())
test('other settings are none of keys', () => {
  expect(readExpiryName('config/maxmemory')).toBeNull()
  expect(readExpiryName('expiry/2026-01-05T12:00:00Z+60s/')).toBeNull()
})
