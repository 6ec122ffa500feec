import { expect, test } from 'vitest'
import { conditionsText, labelsOf, labelsText, moved, withConditions, withKey } from './draft.ts'

test('conditions of a route are lines, and go back to where they stood', () => {
  const route = { match: { severity: 'critical' }, matchers: ['target=~"cache-.*"'], to: ['ops'] }
  const text = conditionsText(route)
  expect(text).toBe('severity="critical"\ntarget=~"cache-.*"')
  expect(withConditions(route, text)).toBe(route)
  expect(withConditions(route, 'severity="warning"\nrule!="x"')).toEqual({
    match: { severity: 'warning' },
    matchers: ['rule!="x"'],
    to: ['ops'],
  })
  expect(withConditions(route, '')).toEqual({ match: {}, to: ['ops'] })
  expect(() => withConditions(route, 'severity')).toThrow(/LABEL, one of/)
})

test('a key keeps its place, comes at the end, or goes', () => {
  expect(Object.entries(withKey({ a: 1, b: 2 }, 'a', 3))).toEqual([['a', 3], ['b', 2]]) // biome-ignore format: one line
  expect(withKey({ a: 1 }, 'b', 2)).toEqual({ a: 1, b: 2 })
  expect(withKey({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 })
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
})

test('labels are one line, and a comma inside quotation marks is of the value', () => {
  const labels = { rule: 'cache/restart', key: 'a, "b"' }
  expect(labelsText(labels)).toBe('rule="cache/restart", key="a, \\"b\\""')
  expect(labelsOf(labelsText(labels))).toEqual(labels)
  expect(labelsOf('rule=cache/restart,severity="critical"')).toEqual({ rule: 'cache/restart', severity: 'critical' })
  expect(labelsOf(' ')).toEqual({})
  expect(() => labelsOf('rule=~"x"')).toThrow(/only label="value"/)
  expect(() => labelsOf('rule')).toThrow(/LABEL, one of/)
})
