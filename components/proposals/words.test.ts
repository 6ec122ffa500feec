import { expect, it } from 'vitest'
import { applyWords, settingWords, stepsLine } from './words.ts'

const step = (name: string, before = '100', after = '24') => ({ setting: { target: 'edge', name }, before, after })

it('names the knob, not the path', () => {
  expect(settingWords(step('app/app3/weight'))).toBe('app3 weight')
  expect(settingWords(step('config/maxmemory'))).toBe('maxmemory')
  expect(settingWords(step('products/cache-a/points'))).toBe('cache-a points')
  expect(settingWords(step('products/jitter'))).toBe('products jitter')
})

it('says on the button what it does', () => {
  expect(applyWords([step('app/app3/weight')])).toBe('Apply weight')
  expect(applyWords([step('app/a/weight'), step('app/b/weight')])).toBe('Apply 2 weights')
  expect(applyWords([step('r/a/points'), step('r/b/points'), step('r/c/points')])).toBe('Apply 3 points')
  expect(applyWords([step('p/ttl'), step('p/jitter')])).toBe('Apply 2 settings')
  expect(stepsLine([step('app/app3/weight'), step('app/a/weight')])).toBe('app3 weight 100 → 24, 1 more')
})
