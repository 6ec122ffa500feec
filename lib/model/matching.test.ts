import { describe, expect, test } from 'vitest'
import { matcherText } from './matcher.ts'
import { matcherFits, parseMatcher } from './matching.ts'

describe('a matcher’s text', () => {
  test.each([
    ['target="a"', { label: 'target', op: '=', value: 'a' }],
    ['target=a', { label: 'target', op: '=', value: 'a' }],
    [' target != "a b" ', { label: 'target', op: '!=', value: 'a b' }],
    ['target=~"cache-.*"', { label: 'target', op: '=~', value: 'cache-.*' }],
    ['target!~cache-.*', { label: 'target', op: '!~', value: 'cache-.*' }],
    ['pool=""', { label: 'pool', op: '=', value: '' }],
    ['pool=', { label: 'pool', op: '=', value: '' }],
    ['key="say \\"hi\\"\\n\\\\"', { label: 'key', op: '=', value: 'say "hi"\n\\' }],
    ['node=~"n\\d+"', { label: 'node', op: '=~', value: 'n\\d+' }],
    ['rule==x', { label: 'rule', op: '=', value: '=x' }],
  ] as const)('%s', (text, matcher) => {
    expect(parseMatcher(text)).toEqual(matcher)
    expect(parseMatcher(matcherText(matcher))).toEqual(matcher)
  })
  test.each([
    ['', /expected LABEL/],
    ['target', /expected LABEL/],
    ['="a"', /expected LABEL/],
    ['9="a"', /expected LABEL/],
    ['target>"a"', /expected LABEL/],
    ['target="a', /double quotes/],
    ['target="a"b"', /double quotes/],
    ['target=~"("', /not a pattern/],
    ['target!~"(a+)+"', /for ever/],
  ])('%s is none', (text, message) => expect(() => parseMatcher(text)).toThrow(message))
})

test('what matches', () => {
  const fits = (text: string, labels: Record<string, string>) => matcherFits(parseMatcher(text), labels)
  expect(fits('target=a', { target: 'a' })).toBe(true)
  expect(fits('target=a', { target: 'b' })).toBe(false)
  expect(fits('target!=a', { target: 'b' })).toBe(true)
  expect(fits('target=~"a|b"', { target: 'b' })).toBe(true)
  expect(fits('target=~"a|b"', { target: 'bb' })).toBe(false)
  expect(fits('target!~"a|b"', { target: 'bb' })).toBe(true)
  // An absent label is empty.
  expect(fits('pool=""', { target: 'a' })).toBe(true)
  expect(fits('pool!=x', { target: 'a' })).toBe(true)
  expect(fits('pool=~".+"', { target: 'a' })).toBe(false)
  expect(fits('pool!~".+"', { target: 'a' })).toBe(true)
})
