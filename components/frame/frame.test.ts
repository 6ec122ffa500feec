import { expect, test } from 'vitest'
import { apiUrl, path } from './api.ts'
import { carry } from './Go.tsx'
import { matching } from './matching.ts'
import { isHere } from './nav.ts'
import { inScope } from './Scope.tsx'
import { endedNow, newsOf } from './useEvents.ts'

test('names in paths are encoded, empty values left out', () => {
  expect(apiUrl(path`pools/${'edge'}/${'a/b ?'}`, { from: 0, to: null, rate: true, x: '' })).toBe(
    '/api/v1/pools/edge/a%2Fb%20%3F?from=0&rate=true',
  )
})

test('a walk keeps range and scope, and what the link says wins', () => {
  const here = new URLSearchParams('span=1h&scope=cache&tab=raw')
  expect(carry('/pools', here)).toBe('/pools?span=1h&scope=cache')
  expect(carry('/pools?span=5m#x', here)).toBe('/pools?span=5m&scope=cache#x')
})

test('a toast for what is new, gets worse or ends; nothing for what was there or gets better', () => {
  const finding = (state: string, severity: 'info' | 'warning' | 'critical', firingAt = 0) => ({ state, severity, firingAt })
  expect(newsOf(undefined, finding('firing', 'warning', 95_000), 100_000)).toBe(true)
  expect(newsOf(undefined, finding('firing', 'warning', 5_000), 100_000)).toBe(false)
  expect(newsOf(0, finding('firing', 'warning'), 100_000)).toBe(true)
  expect(newsOf(1, finding('firing', 'warning'), 100_000)).toBe(false)
  expect(newsOf(1, finding('firing', 'critical'), 100_000)).toBe(true)
  expect(newsOf(2, finding('firing', 'info'), 100_000)).toBe(false)
  expect(newsOf(2, finding('resolved', 'critical'), 100_000)).toBe(true)
  expect(newsOf(undefined, finding('resolved', 'critical'), 100_000)).toBe(false)
  expect(newsOf(undefined, finding('pending', 'critical'), 100_000)).toBe(false)
})

test('the end of a change is told once, also when it began before the page was opened', () => {
  const change = (state: string, endedAt: number | null) => ({ state, endedAt })
  expect(endedNow('watching', change('kept', 99_000), 100_000)).toBe(true)
  expect(endedNow('kept', change('kept', 99_000), 100_000)).toBe(false)
  expect(endedNow(undefined, change('rolled_back', 95_000), 100_000)).toBe(true)
  // A change of yesterday that somebody settles, and one that is still watched.
  expect(endedNow(undefined, change('failed', 5_000), 100_000)).toBe(false)
  expect(endedNow(undefined, change('watching', null), 100_000)).toBe(false)
})

test('the rail knows where it is', () => {
  expect(isHere('/', '/pools')).toBe(false)
  expect(isHere('/pools', '/pools/edge/app')).toBe(true)
  expect(isHere('/pools', '/poolside')).toBe(false)
  expect(isHere('/', '/')).toBe(true)
  expect(isHere('/findings', '/incidents/a')).toBe(true)
  expect(isHere('/caches', '/curves')).toBe(true)
})

test('the scope narrows by words and by labels', () => {
  expect(inScope('', ['x'])).toBe(true)
  expect(inScope('cache red', ['cache-a', 'Redis'])).toBe(true)
  expect(inScope('pool=app', ['edge'], { pool: 'app' })).toBe(true)
  expect(inScope('pool=app', ['edge'], { pool: 'apps' })).toBe(false)
  expect(inScope('team="web shop" edge', ['edge'], { team: 'Web shop' })).toBe(true)
  expect(inScope('team="web shop', ['edge'], { team: 'shop' })).toBe(false)
})

test('the palette reaches whatever a long list holds, by its words', () => {
  const names = Array.from({ length: 250 }, (_, i) => `cache-${i}`)
  expect(matching('', names, String, 300)).toHaveLength(250)
  expect(matching('', names, String, 200)).toHaveLength(200)
  expect(matching('CACHE 249', names, String, 200)).toEqual(['cache-249'])
})
