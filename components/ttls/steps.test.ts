import { expect, test } from 'vitest'
import { ttlSteps } from './steps.ts'

const policy = { name: 'products', ttlMs: 600_000, jitter: 0.1 }

test('only what differs is written', () => {
  expect(ttlSteps(policy, 600_000, 0.1)).toEqual([])
  expect(ttlSteps(policy, 90_000, 0.1)).toEqual([{ setting: { target: 'ttl:products', name: 'products/ttl' }, after: '90s' }])
  expect(ttlSteps(policy, 90_000, 0).map((step) => step.after)).toEqual(['90s', '0'])
})
