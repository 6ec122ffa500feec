import { expect, test } from 'vitest'
import { createKnownAnswers } from './knownAnswers.ts'

test('the newest answer of an address is known by its tag, the very same value; the oldest addresses are forgotten', () => {
  const known = createKnownAnswers(2)
  const value = { items: [] }
  known.keep('/a', 'W/"1"', value)
  expect(known.etag('/a')).toBe('W/"1"')
  expect(known.value('/a')).toBe(value)
  known.keep('/b', 'W/"2"', 2)
  known.keep('/a', 'W/"3"', 3)
  known.keep('/c', 'W/"4"', 4)
  expect(['/a', '/b', '/c'].map(known.etag)).toEqual(['W/"3"', undefined, 'W/"4"'])
  // What comes without a tag replaces what had one.
  known.keep('/a', null, 5)
  expect(known.etag('/a')).toBeUndefined()
})
