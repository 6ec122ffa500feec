import { expect, test } from 'vitest'
import { fastest } from '../../test/cpuTime.ts'
import { globMatches } from './glob.ts'

test.each([
  ['product:*', 'product:17', true],
  ['product:*', 'product:*', true],
  ['product:*', 'products:1', false],
  ['product:*', 'product:*:price', true],
  ['pro?uct:*', 'product:1', true],
  ['*:price', 'product:1:name', false],
  ['a*b*c', 'aXXbYYc', true],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['*:price', 'product:17:price', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['k[0-3]:*', 'k2:x', true],
  ['k[0-3]:*', 'k4:x', false],
  ['k[^0-3]', 'k4', true],
  ['k[ab-]', 'k-', true],
  ['k[', 'k[', true],
  ['a.c', 'abc', false],
])('%j and %j: %s', (glob, key, matches) => expect(globMatches(glob, key)).toBe(matches))

test('many stars against one letter end at once', () => {
  expect(fastest(() => expect(globMatches(`${'*a'.repeat(400)}b`, 'a'.repeat(2_000))).toBe(false))).toBeLessThan(500)
})
