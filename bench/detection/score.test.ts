import { expect, it } from 'vitest'
import { FROM } from '../../test/series.ts'
import type { Alarm, Labelled, Recording } from './recording.ts'
import { scored, summaryOf } from './score.ts'
import { staticAlarms } from './staticRules.ts'
import { zScoreAlarms } from './zScore.ts'

const event: Labelled = { kind: 'flood', at: 100, shows: 104, end: 120, rules: ['cache/eviction-storm'] }
const alarm = (rule: string, at: number, note = false): Alarm => ({ rule, at, note })
const byName = ({ rules }: Labelled, { rule }: Alarm) => rules.includes(rule)

it('counts what was found, what was missed, what follows from a fault, and what was raised for nothing', () => {
  const replays = [
    { seconds: 400, events: [event], alarms: [alarm('cache/hit-ratio-drop', 106), alarm('cache/eviction-storm', 107), alarm('cache/eviction-storm', 300)] },
    { seconds: 400, events: [event], alarms: [alarm('cache/hit-ratio-drop', 106), alarm('cache/restart', 350, true)] },
  ] // biome-ignore format: one line a replay
  const scores = scored(replays, byName)
  expect([...scores.values()]).toEqual([
    { rule: 'cache/eviction-storm', events: 2, seconds: [3, Number.POSITIVE_INFINITY], falseAlarms: 1, notes: 0 },
    { rule: 'cache/restart', events: 0, seconds: [], falseAlarms: 0, notes: 1 },
  ])
  const summary = summaryOf(replays, scores)
  expect(summary).toMatchObject({ events: 2, found: 1, falseAlarms: 1, p95: Number.POSITIVE_INFINITY })
  expect(summary.hours).toBeCloseTo((2 * (400 - 81)) / 3_600)
  expect(summary.perHourAtMost).toBeGreaterThan(summary.perHour)
})

it('takes an announced cliff for found, and no other alarm before a fault', () => {
  const early = [{ seconds: 400, events: [event], alarms: [alarm('cache/eviction-storm', 80), alarm('cache/restart', 80), alarm('cache/eviction-storm', 101)] }] // biome-ignore format: one line
  const scores = scored(early, byName)
  expect(scores.get('cache/eviction-storm')).toMatchObject({ seconds: [0], falseAlarms: 0 })
  expect(scores.get('cache/restart')).toMatchObject({ falseAlarms: 1 })
})

const recorded = (seconds: number, metrics: Record<string, (t: number) => number>): Recording => ({
  name: 'a',
  source: 'simulated',
  seconds,
  events: [],
  topology: () => ({ targets: [], pools: [], rings: [], ttls: [], edges: [] }),
  series: Object.entries(metrics).map(([metric, of]) => ({
    metric,
    labels: { target: 'a' },
    stepMs: 1000,
    points: Array.from({ length: seconds + 1 }, (_, t) => [FROM + t * 1000, of(t)] as const),
  })),
})

it('raises a Prometheus rule at the scrape at which its `for` is over, once while it holds', () => {
  const full = recorded(900, { cache_memory_used_bytes: (t) => (t < 100 ? 10 : 95), cache_memory_max_bytes: () => 100 })
  expect(staticAlarms(full)).toEqual([{ rule: 'RedisOutOfConfiguredMaxmemory', at: 225, note: false }])
  const failing = recorded(400, { pool_requests_total: (t) => 100 * t, pool_errors_total: (t) => 30 * Math.max(0, t - 90) })
  expect(staticAlarms(failing)).toEqual([{ rule: 'HaproxyHighHttp5xxErrorRate', at: 165, note: false }])
  const down = recorded(100, { pool_up: (t) => (t >= 50 && t < 70 ? 0 : 1) })
  expect(staticAlarms(down)).toEqual([{ rule: 'HaproxyServerDown', at: 60, note: false }])
})

it('raises a z-score where a second stands out from the five minutes before', () => {
  const steady = (t: number) => 10 * t + (t % 2)
  expect(zScoreAlarms(recorded(400, { pool_requests_total: steady }))).toEqual([])
  const jumping = recorded(400, { pool_requests_total: (t) => steady(t) + (t >= 200 ? 100 : 0) })
  expect(zScoreAlarms(jumping)).toEqual([{ rule: 'requests a second', at: 200, note: false }])
})
