import { expect, it } from 'vitest'
import { partOf } from './parts.ts'

it.each([
  ['evict', 'tuning'],
  ['cache-bursty-1', 'tuning'],
  ['demo-pools-40-2', 'tuning'],
  ['simulated a restart, 60/s, seed 3', 'tuning'],
  ['pool-haproxy-quiet-331', 'tuning'],
  ['cache-quiet-401', 'reporting'],
  ['pool-nginx-diurnal-436', 'reporting'],
  ['normal2', 'reporting'],
  ['cache-bursty-101', 'reporting'],
  ['demo-pools-60-101', 'reporting'],
  ['simulated a restart, 60/s, seed 103', 'reporting'],
])('keeps %s for %s', (name, part) => {
  expect(partOf(name)).toBe(part)
})
