import { expect, test } from 'vitest'
import { causality } from './causes.ts'
import { detectors } from './registry.ts'

const { rules, symptoms } = causality
const known = new Set(detectors.map(({ id }) => id))

test('names rules that exist, each pair once along an edge', () => {
  for (const { cause, effect } of rules) for (const rule of [cause, effect]) expect(known, rule).toContain(rule)
  for (const { rule } of symptoms) expect(known, rule).toContain(rule)
  const keys = rules.map(({ cause, effect, along, echo }) => `${cause} ${along} ${effect} ${echo ?? ''}`)
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
})

test('a symptom has a cause that is declared', () => {
  const effects = new Set(rules.map(({ effect }) => effect))
  expect(symptoms.filter(({ rule }) => !effects.has(rule))).toEqual([])
})

test('no two rules bring about each other, through however many others; a rule may spread from tier to tier', () => {
  const circle = (rule: string, above: string[]): string[] | null => {
    if (above.includes(rule)) return [...above, rule]
    for (const { cause, effect } of rules) {
      const found = cause === rule && effect !== rule ? circle(effect, [...above, rule]) : null
      if (found) return found
    }
    return null
  }
  for (const rule of new Set(rules.map(({ cause }) => cause))) expect(circle(rule, [])).toBeNull()
  expect(rules.filter(({ cause, effect, along }) => cause === effect && along !== 'behind')).toEqual([])
})

test('a reason stands in the middle of a sentence', () => {
  for (const { how, withinMs } of rules) {
    expect(how).toMatch(/^[a-z].*[^.]$/)
    expect(withinMs).toBeGreaterThan(0)
  }
})
