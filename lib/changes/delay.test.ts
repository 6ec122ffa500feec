import { describe, expect, it } from 'vitest'
import { FROM } from '../../test/series.ts'
import type { Change } from '../model/change.ts'
import type { Series } from '../model/series.ts'
import { emptyTopology } from '../model/topology.ts'
import { windowOfSeries } from '../store/window.ts'
import { watchOpening } from './begin.ts'
import { type BreachedSince, breachedSinceOf } from './guards.ts'
import { judgeWatch } from './watch.ts'
import { WATCH_DEFAULTS } from './watchSettings.ts'

const MINUTE = 60_000
const LATE_MS = 180_000
/** The write, ten seconds within a minute. */
const AT = FROM + 20 * MINUTE + 10_000

/** A load balancer whose provider tells each minute three minutes after its end. `hits`: its hit ratio by the minute. */
function fleetOf(hits: (minute: number) => number, clock: { now: number }, resolution = true) {
  const totals = { hits: 0, misses: 0 }
  const points: { hits: [number, number][]; misses: [number, number][] } = { hits: [[FROM, 0]], misses: [[FROM, 0]] }
  for (let minute = 0; minute < 60; minute++) {
    // Minutes differ a little.
    const ratio = hits(minute) + [0.004, -0.004, 0.001, -0.001][minute % 4]!
    const at = FROM + (minute + 1) * MINUTE
    if (Number.isNaN(ratio)) continue
    totals.hits += 60_000 * ratio
    totals.misses += 60_000 * (1 - ratio)
    points.hits.push([at, totals.hits])
    points.misses.push([at, totals.misses])
  }
  const told = (of: [number, number][]) => of.filter(([at]) => at <= clock.now - LATE_MS)
  const series = (metric: string, of: [number, number][]): Series => ({ metric, labels: { target: 'a' }, stepMs: 45_000, lateMs: LATE_MS, points: told(of) }) // biome-ignore format: one line
  return {
    window: (ms: number) =>
      windowOfSeries([series('cache_hits_total', points.hits), series('cache_misses_total', points.misses)], [], clock.now - ms, clock.now),
    topology: () => ({
      ...emptyTopology(),
      targets: [{ name: 'a', kind: 'aws', state: 'up' as const, capabilities: [], ...(resolution && { resolution: { everyMs: MINUTE, lateMs: LATE_MS } }) }], // biome-ignore format: one line
    }),
  }
}

function watched(hits: (minute: number) => number, resolution = true) {
  const clock = { now: AT }
  const fleet = fleetOf(hits, clock, resolution)
  const opened = {
    id: 'c',
    steps: [{ setting: { target: 'a', name: 'config/maxmemory-policy' }, before: 'volatile-lru', after: 'allkeys-lru' }],
    prediction: {
      metric: 'cache_hit_ratio',
      where: { target: 'a' },
      unit: 'ratio',
      before: 0.5,
      after: 0.6,
      low: 0.58,
      high: 0.62,
      basis: '',
    },
    guards: [{ metric: 'cache_hit_ratio', where: { target: 'a' }, unit: 'ratio', op: '<', limit: 0.3, forMs: 10_000, why: 'it hits less' }],
    reversal: 'exact',
    at: AT,
  } as unknown as Change
  const change: Change = { ...opened, ...watchOpening(opened, { job: null, problemSince: 0, fleet, now: AT }, WATCH_DEFAULTS) }
  let breached: BreachedSince = new Map()
  for (;;) {
    clock.now += 5_000
    const { decision, guards, breach, measured } = judgeWatch(
      { change, job: null, fleet, breached, drifted: [], now: clock.now },
      WATCH_DEFAULTS,
    )
    breached = breachedSinceOf(guards)
    if (decision.is !== 'wait') return { change, decision, byGuard: breach !== null, seconds: (clock.now - AT) / 1000, measured }
  }
}
/** The minute of the write is the twentieth: what follows is of the new setting. */
const changed = (after: number) => (minute: number) => (minute <= 20 ? 0.5 : after)

describe('a watch of what is told minutes later', () => {
  it('lasts until whole periods after the write have been told, and is judged then', () => {
    const { change, decision, seconds } = watched(changed(0.6))
    expect(change.watchUntil! - AT).toBe(5 * MINUTE + LATE_MS + 2 * MINUTE)
    expect(change.baseline!.value).toBeCloseTo(0.5, 2)
    expect(decision).toMatchObject({ is: 'keep', verdict: 'improved' })
    // Five whole minutes of the new setting, told three minutes later.
    expect(seconds).toBeGreaterThanOrEqual(5 * 60 + 180)
    expect(seconds * 1000).toBeLessThanOrEqual(change.watchUntil! - AT)
  })

  it('finds a regression, and no effect', () => {
    expect(watched(changed(0.42)).decision).toMatchObject({ is: 'roll back', verdict: 'regressed' })
    expect(watched(changed(0.5)).decision).toMatchObject({ is: 'roll back', verdict: 'no_effect' })
  })

  it('rolls back by its guard once a whole period beyond the limit is told, and not for what was before the write', () => {
    const { decision, byGuard, seconds } = watched(changed(0.1))
    expect({ decision, byGuard }).toMatchObject({ decision: { is: 'roll back', verdict: 'regressed' }, byGuard: true })
    // The first whole minute, told three minutes after its end, and the guard's ten seconds.
    expect(seconds).toBeGreaterThanOrEqual(110 + 180 + 10)
    expect(seconds).toBeLessThan(110 + 180 + 90)
    expect(watched((minute) => (minute < 20 ? 0.1 : 0.5)).byGuard).toBe(false)
  })

  it('ends unjudged where the provider falls silent', () => {
    const { change, decision, seconds } = watched((minute) => (minute < 20 ? 0.5 : Number.NaN))
    expect(decision).toMatchObject({ is: 'keep', verdict: 'unjudged' })
    expect(seconds * 1000).toBeGreaterThanOrEqual(change.watchUntil! - AT)
  })

  it('is as ever where numbers come at once', () => {
    expect(watched(changed(0.6), false).change.watchUntil! - AT).toBe(115_000)
  })
})
