import { expect, test } from 'vitest'
import { readable } from './bytes.ts'

test('bytes that are no UTF-8 become the sign for that, in the path alone', () => {
  expect(readable('/a/%ff/b%C3%A4?x=%ff')).toBe('/a/%EF%BF%BD/b%C3%A4?x=%ff')
  expect(readable('/a%')).toBe('/a%EF%BF%BD')
  expect(readable('/a/%2e%2f%00')).toBe('/a/%2e%2f%00')
  expect(readable('/plain?a=b')).toBe('/plain?a=b')
  expect(() => decodeURIComponent(readable('/%c3%28%e2%82/%zz'))).not.toThrow()
})
