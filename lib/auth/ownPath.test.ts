import { expect, test } from 'vitest'
import { ownPath } from './ownPath.ts'

test.each(['/', '/targets', '/keys?target=a%20b#x', '/pools/edge/app//x', '/ü'])('%j is ours', (path) => expect(ownPath(path)).toBe(path))

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'javascript:alert(1)',
  'targets',
  '',
  `/${'x'.repeat(1_000)}`,
  ['/a', '/b'],
  undefined,
  null,
])('%j is not: the overview instead', (path) => expect(ownPath(path)).toBe('/'))
