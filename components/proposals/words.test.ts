import { expect, it } from 'vitest'
import { applyWords, settingWords, stepsLine } from './words.ts'

const step = (name: string, before = '100', after = '24') => ({ setting: { target: 'edge', name }, before, after })

it('names the knob, not the path', () => {
  expect(settingWords(step('app/app3/weight'))).toBe('app3 weight')
  expect(settingWords(step('config/maxmemory'))).toBe('edge maxmemory')
  expect(settingWords(step('products/cache-a/points'))).toBe('cache-a points')
  expect(settingWords(step('products/jitter'))).toBe('products jitter')
  expect(settingWords(step('limit_maxbytes'))).toBe('edge limit_maxbytes')
})

it('says on the button what it does', () => {
  expect(applyWords([step('app/app3/weight')])).toBe('Apply weight')
  expect(applyWords([step('app/a/weight'), step('app/b/weight')])).toBe('Apply 2 weights')
  expect(applyWords([step('r/a/points'), step('r/b/points'), step('r/c/points')])).toBe('Apply points of 3 nodes')
  expect(applyWords([step('p/ttl'), step('p/jitter')])).toBe('Apply 2 settings')
})

it('shows the step that moves most, and memory as people read it', () => {
  expect(stepsLine([step('app/a/weight', '100', '110'), step('app/app3/weight')])).toBe('app3 weight 100 → 24, 1 more')
  expect(stepsLine([step('config/maxmemory', '1073741824', '2147483648')])).toBe('edge maxmemory 1\u00a0GiB → 2\u00a0GiB')
  expect(stepsLine([])).toBe('')
})
