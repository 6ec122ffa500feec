import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`

test('JSON is read as ever; brackets in texts are no nesting', () => {
  expect(parseJson('{"a":[1,"\\"[[{\\\\"],"b":{}}')).toEqual({ a: [1, '"[[{\\'], b: {} })
  expect(parseJson(JSON.stringify('['.repeat(1_000)))).toHaveLength(1_000)
  expect(JSON.stringify(parseJson(nested(200)))).toBe(nested(200))
  // Side by side is not within one another.
  expect(parseJson(`[${'[],'.repeat(1_000)}[]]`)).toHaveLength(1_001)
})

test.each([202, 2_000, 400_000])('%i deep is refused', (depth) => {
  expect(() => parseJson(nested(depth))).toThrow(SyntaxError)
})

test('what is no JSON is a SyntaxError', () => {
  for (const text of ['', '{', '{"a":"', '[1', 'undefined']) expect(() => parseJson(text), text).toThrow(SyntaxError)
})
