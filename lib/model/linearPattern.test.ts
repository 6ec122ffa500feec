import { describe, expect, test } from 'vitest'
import { fastest } from '../../test/cpuTime.ts'
import { compilePattern } from './linearPattern.ts'

test('a pattern matches whole, as in Alertmanager', () => {
  expect(compilePattern('cache-.*')('cache-a')).toBe(true)
  expect(compilePattern('cache-.*')('my-cache-a')).toBe(false)
  expect(compilePattern('a|b')('ab')).toBe(false)
  expect(compilePattern('')('')).toBe(true)
  expect(compilePattern('')('a')).toBe(false)
  expect(compilePattern('(?i)CACHE-[[:digit:]]+')('cache-12')).toBe(true)
  expect(compilePattern('k.y')('k\ny')).toBe(true)
  // Twice the same: what it said is remembered.
  expect([1, 2].map(() => compilePattern('a+')('aaa'))).toEqual([true, true])
})

describe('refused, because it could run for ever', () => {
  test.each([
    '(a+)+$', '^(a|aa)+$', '(.*a){25}', '([a-z]+)*', '((ab*)c)+', '(a|a)*', '(?:x+x+)+y', '(\\(+)+', '(a{2,})*', '(([a-z])+.)+[A-Z]([a-z])+$', '(.*)*', '(a*)+?',
  ])('%s', (text) => expect(() => compilePattern(text)).toThrow(/for ever/)) // biome-ignore format: one line
})

describe('refused, because RE2 has no such thing or it is no pattern', () => {
  test.each(['(a)\\1', '(?=x)y', '(?<!x)', '[', '(', 'a{1001}', '*', '\\'])('%s', (text) =>
    expect(() => compilePattern(text)).toThrow(/not a pattern of RE2, /),
  )
})

describe('taken', () => {
  test.each([
    'cache-(a|b)', '(\\d{1,3}\\.){3}\\d{1,3}', '(\\d+\\.){3}\\d+', '[(a+)+]+', '\\(a+\\)+', '(a+)', 'a+b+', '(ab)+', '\\Q(a+)+\\E', '(?:eu|us)-.+', '[]a]+', '(a?)*',
  ])('%s', (text) => expect(() => compilePattern(text)).not.toThrow()) // biome-ignore format: one line
})

test('the worst that is taken ends soon on a long text', () => {
  const worst = compilePattern('.*.*.*.*.*.*x')
  expect(fastest(() => expect(worst(`${'x'.repeat(1_000)}y`)).toBe(false))).toBeLessThan(500)
})
