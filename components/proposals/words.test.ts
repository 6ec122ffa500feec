import { expect, it } from 'vitest'
import type { Prediction } from '@/lib/model/proposal.ts'
import { applyWords, effectWords, settingWords, stepsLine, targetStepsLine } from './words.ts'

const step = (name: string, before = '100', after = '24', target = 'edge') => ({ setting: { target, name }, before, after })
const ring = (name: string) => step(name, '100', '24', 'ring:products')
const ttl = (name: string) => step(name, '100', '24', 'ttl:products')

it('names the knob, not the path', () => {
  expect(settingWords(step('app/app3/weight'))).toBe('app3 weight')
  expect(settingWords(step('config/maxmemory'))).toBe('edge maxmemory')
  expect(settingWords(ring('products/cache-a/points'))).toBe('cache-a points')
  expect(settingWords(ttl('products/jitter'))).toBe('products jitter')
  expect(settingWords(step('limit_maxbytes'))).toBe('edge limit_maxbytes')
  expect(settingWords(step('default%2Fweb/10.0.0.1:80/weight'))).toBe('10.0.0.1:80 weight')
  expect(settingWords(step('expiry/2026-01-05T12:00:00Z+60s/product:*'))).toBe('product:* expiry')
})

it('says on the button what it does', () => {
  expect(applyWords([step('app/app3/weight')])).toBe('Apply weight')
  expect(applyWords([step('app/a/weight'), step('app/b/weight')])).toBe('Apply 2 weights')
  expect(applyWords([ring('products/a/points'), ring('products/b/points'), ring('products/c/points')])).toBe('Apply points of 3 nodes')
  expect(applyWords([ttl('products/ttl'), ttl('products/jitter')])).toBe('Apply 2 settings')
})

it('shows the step that moves most, and memory as people read it', () => {
  expect(stepsLine([step('app/a/weight', '100', '110'), step('app/app3/weight')])).toBe('app3 weight 100 → 24, 1 more')
  expect(stepsLine([step('config/maxmemory', '1073741824', '2147483648')])).toBe('edge maxmemory 1\u00a0GiB → 2\u00a0GiB')
  expect(stepsLine([])).toBe('')
  expect(targetStepsLine([step('app/app3/weight')])).toBe('edge: app3 weight 100 → 24')
  expect(targetStepsLine([step('config/maxmemory', '1073741824', '2147483648')])).toBe('edge maxmemory 1\u00a0GiB → 2\u00a0GiB')
  expect(targetStepsLine([])).toBe('')
})

it('counts slots, and names the nodes that are to serve them', () => {
  const slots = step('slots/0-40,93', '10.0.0.1:6379', '10.0.0.2:6379=0-40 10.0.0.3:6379=93', 'shop:10.0.0.1:6379')
  expect(stepsLine([slots])).toBe('shop:10.0.0.1:6379 42 slots 10.0.0.1:6379 → 10.0.0.2:6379, 10.0.0.3:6379')
  expect(applyWords([slots])).toBe('Apply 42 slots')
  expect(applyWords([step('slots/93')])).toBe('Apply slot 93')
})

it('holds a measurement against its band only where it was judged', () => {
  const prediction = { low: 10, high: 20, basis: '41 000 requests' } as Prediction
  const measured = (after: number) => ({ before: 50, after, low: after, high: after })
  expect(effectWords(prediction)).toBe('Based on 41 000 requests.')
  expect(effectWords(prediction, measured(15), 'improved')).toBe('The measured value lies inside the predicted band.')
  expect(effectWords(prediction, measured(48), 'no_effect')).toBe('The measured value lies outside the predicted band.')
  expect(effectWords(prediction, measured(48), 'unjudged')).toBe('The measured value is what was seen last. It was not judged.')
})
