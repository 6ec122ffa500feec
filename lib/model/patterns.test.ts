import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { patternOf } from './patterns.ts'

/** The definition, in expressions. */
const VARIES = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[^:/|.]*\d[^:/|.]*|.{33,})$/i
const defined = (key: string) =>
  key
    .slice(0, 256)
    .split(/([:/|.])/)
    .map((part) => (VARIES.test(part) ? `${/^[a-z_-]*(?=\d)/i.exec(part)?.[0] ?? ''}*` : part))
    .join('')
    .slice(0, 80)

it.each([
  ['product:17:price', 'product:*:price'],
  ['k00017', 'k*'],
  ['user-a_7/x', 'user-a_*/x'],
  ['session:deadbeefdeadbeef', 'session:*'],
  ['session:deadbeefdeadbee', 'session:deadbeefdeadbee'],
  [`blob.${'x'.repeat(33)}`, 'blob.*'],
  ['', ''],
  ['::', '::'],
])('%s belongs to %s', (key, pattern) => {
  expect(patternOf(key)).toBe(pattern)
})

it('is what the expressions say of any key', () => {
  const random = randomOf(4)
  const parts = [':', '/', '|', '.', '-', '_', 'a', 'F', 'z', 'é', 'K', '٣', '\n', '7', '0', 'abcdef', 'deadbeef', 'user', '\ud83d', ' ']
  for (let i = 0; i < 20_000; i++) {
    const few = 2 + Math.floor(random() * parts.length)
    const key = Array.from({ length: Math.floor(random() * 60) }, () => parts[Math.floor(random() * few) % parts.length]).join('')
    expect(patternOf(key)).toBe(defined(key))
  }
})
