import { expect, it } from 'vitest'
import { partOf, setOf } from './parts.ts'

it.each([
  ['evict', 'tuning'],
  ['cache-bursty-1', 'tuning'],
  ['demo-pools-40-2', 'tuning'],
  ['simulated a restart, 60/s, seed 3', 'tuning'],
  ['pool-haproxy-quiet-331', 'tuning'],
  ['cache-quiet-401', 'tuning'],
  ['pool-nginx-diurnal-436', 'tuning'],
  ['pool-nginx-deploys-554', 'tuning'],
  ['cache-quiet-601', 'reporting'],
  ['pool-nginx-deploys-654', 'reporting'],
  ['normal2', 'reporting'],
  ['cache-bursty-101', 'reporting'],
  ['demo-pools-60-101', 'reporting'],
  ['simulated a restart, 60/s, seed 103', 'reporting'],
])('keeps %s for %s', (name, part) => {
  expect(partOf(name)).toBe(part)
})

it.each([
  ['pool-nginx-diurnal-436', 'an hour taken undisturbed, seeds 401 to 454'],
  ['cache-quiet-501', 'a second hour taken undisturbed, seeds 501 to 554'],
  ['cache-memcached-bursty-627', 'a third hour, for a rule that was mended, seeds 601 to 654'],
  ['cache-bursty-101', 'one night'],
  ['normal2', 'one night'],
])('counts %s to %s', (name, set) => {
  expect(setOf(name)).toBe(set)
})
