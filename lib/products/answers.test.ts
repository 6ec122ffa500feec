import { expect, it } from 'vitest'
import { keyText } from './answers.ts'

it.each([
  ['product:17 ~!"', 'product:17 ~!"'],
  ['', ''],
  ['über:€', 'über:€'],
  ['a\nb\tc', 'a\\nb\\tc'],
  ['a\x00b\x7f', 'a\\x00b\\x7f'],
])('a key of text, %j, is shown as it is, but for what moves a cursor', (key, shown) => {
  expect(keyText(Buffer.from(key))).toBe(shown)
})

it('a key of bytes that are no text shows those', () => {
  expect(keyText(Buffer.from([0x6b, 0xff, 0x0a, 0x7e]))).toBe('k\\xff\\x0a~')
})
