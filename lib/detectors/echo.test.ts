import { describe, expect, test } from 'vitest'
import { judge, load } from '../../test/series.ts'
import type { AnyDetector } from '../model/detector.ts'
import { hitRatioDrop } from './cache/hit-ratio-drop.ts'
import { massExpiry } from './cache/mass-expiry.ts'
import { isOfEndedKeys, refillOf } from './echo.ts'

const START = 300
const TTL = 120
const PER_SECOND = 200
/** Of a cache that is warm: keys that are new. */
const NEW = 10

type Day = { seconds: number; restarts?: boolean; lost?: (t: number) => number; ended?: (t: number) => number }

/** Misses beyond those of new keys, so many seconds after the cache was emptied. */
const refill = (t: number, most = 150) => (t < 0 ? 0 : Math.round(most * Math.exp(-t / 4)))
const echo = (t: number) => refill(t - START - TTL)

/** A cache that restarts at START and fetches again what is read. */
function day({ seconds, restarts = true, lost = echo, ended = echo }: Day) {
  const counts = { hits: [0], misses: [0], expirations: [0], items: [1_700], uptime: [9_000], writes: [0] }
  for (let t = 1; t <= seconds; t++) {
    const isStart = restarts && t === START
    const missed = NEW + (restarts ? refill(t - START) : 0) + lost(t)
    const next = (column: number[], by: number) => column.push(by + (isStart ? 0 : column.at(-1)!))
    next(counts.hits, PER_SECOND - missed)
    next(counts.misses, missed)
    next(counts.writes, missed)
    next(counts.expirations, ended(t))
    counts.uptime.push(isStart ? 0 : counts.uptime.at(-1)! + 1)
    counts.items.push(isStart ? 10 : 1_700)
  }
  return load(1_000, {
    'cache_hits_total{target=a}': counts.hits,
    'cache_misses_total{target=a}': counts.misses,
    'cache_writes_total{target=a}': counts.writes,
    'cache_expirations_total{target=a}': counts.expirations,
    'cache_items{target=a}': counts.items,
    'cache_uptime_seconds{target=a}': counts.uptime,
  })
}
const STRUCK = START + TTL + 4
const found = (rule: AnyDetector, of: Partial<Day>) => judge(rule, day({ seconds: STRUCK, ...of }))

describe('the fall of the hit ratio one TTL after a restart', () => {
  test('is a note that names the restart and when its keys were fetched', () => {
    const [verdict] = found(hitRatioDrop, {})
    expect(verdict).toMatchObject({
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(/it is the echo of its restart 2.min 4.s ago, whose keys end together/),
    })
    expect((verdict as { ttlMs: number }).ttlMs / 1_000).toBeGreaterThan(TTL - 2)
    expect((verdict as { ttlMs: number }).ttlMs / 1_000).toBeLessThan(TTL + 6)
  })
  test('is an alarm without a restart, or where the reads that are lost are of no keys that ended', () => {
    expect(found(hitRatioDrop, { restarts: false })).toMatchObject([{ severity: 'warning' }])
    expect(found(hitRatioDrop, { ended: () => 0 })).toMatchObject([{ severity: 'warning' }])
    expect(found(hitRatioDrop, { ended: () => 60 })).toMatchObject([{ severity: 'warning' }])
  })
  test('is an alarm where more reads are lost than in the refill', () => {
    const larger = (t: number) => refill(t - START - TTL, 190)
    const small = (t: number) => refill(t - START, 60) - refill(t - START)
    const lost = (t: number) => larger(t) + small(t)
    expect(found(hitRatioDrop, { lost, ended: larger })).toMatchObject([{ severity: 'warning' }])
  })
})

test('keys that end together are a note when no more of them end than missed in the refill, else an alarm', () => {
  const [verdict] = found(massExpiry, {})
  expect(verdict).toMatchObject({ is: 'found', severity: 'info', summary: expect.stringMatching(/the echo of its restart 2.min 4.s ago/) })
  expect(found(massExpiry, { restarts: false })).toMatchObject([{ is: 'found', severity: expect.stringMatching(/warning|critical/) }])
  const cliff = (t: number) => (t === STRUCK - 1 ? 1_200 : 0)
  expect(found(massExpiry, { lost: () => 0, ended: cliff })).toMatchObject([{ is: 'found', severity: 'critical' }])
})

test('the refill ends two minutes after the cache was emptied, by a restart or a flush, and without either there is none', () => {
  const window = day({ seconds: START + 200, lost: (t) => (t > START + 150 ? 100 : 0), ended: () => 0 })
  const refill = refillOf(window, { target: 'a' })!
  expect(refill).toMatchObject({ is: 'restart' })
  expect(refill.most(1_000)).toBe(160)
  expect(refill.most(30_000)).toBeGreaterThan(refill.most(3_000))
  expect(refill.most(600_000)).toBeLessThan(120 * NEW + 150 * 6)
  expect(refillOf(day({ seconds: 100 }), { target: 'a' })).toBeNull()
  const flushed = load(1_000, { 'cache_items{target=a}': '5000x30 10+50x20', 'cache_misses_total{target=a}': '0+5x30 155+50x20' })
  expect(refillOf(flushed, { target: 'a' })).toMatchObject({ is: 'flush' })
  expect(refillOf(flushed, { target: 'a' })!.most(2_000)).toBe(100)
})

test('reads are lost to keys that ended up to a quarter more often than keys end, and not to those that end always', () => {
  const window = load(1_000, { 'cache_expirations_total{target=a}': '0+10x80 900+100x9' })
  const since = window.from + 81_000
  expect(isOfEndedKeys(window, { target: 'a' }, since, 1_000)).toBe(true)
  expect(isOfEndedKeys(window, { target: 'a' }, since, 1_300)).toBe(false)
  expect(isOfEndedKeys(load(1_000, { 'x{target=a}': '0x90' }), { target: 'a' }, since, 1)).toBe(false)
})
