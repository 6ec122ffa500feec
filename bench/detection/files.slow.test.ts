import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectors } from '../../lib/detectors/registry.ts'
import { RECORDED, recordedFile, recordedNames } from './files.ts'
import { partOf } from './parts.ts'
import { quietSeconds } from './score.ts'

/** What is asked of each, without its series: all of them at once fill gigabytes. */
const recordings = recordedNames().map((file) => {
  const { name, seconds, events, series } = recordedFile(file)
  const late = series.filter(({ points }) => points.some(([at], i) => i > 0 && at <= points[i - 1]![0])).map(({ metric }) => metric)
  return { file, name, seconds, events, series: series.length, late }
})
const reporting = recordings.filter(({ name }) => partOf(name) === 'reporting')
const rules = new Set(detectors.map(({ id }) => id))

describe('the recordings of real servers', () => {
  it.each(recordings)(
    '$name: its labels lie within it and name rules that there are, and its polls go on in time',
    ({ file, name, seconds, events, series, late }) => {
      expect(file).toBe(name)
      for (const { at, shows, end, rules: named } of events) {
        expect(at).toBeGreaterThan(0)
        expect(shows).toBeGreaterThanOrEqual(at)
        expect(end).toBeGreaterThanOrEqual(at)
        expect(end).toBeLessThanOrEqual(seconds + 60)
        for (const rule of named) expect(rules).toContain(rule)
      }
      expect(series).toBeGreaterThan(5)
      expect(late).toEqual([])
    },
  )

  it('hold each kind of fault at least five times in the part that reports', () => {
    const times = Map.groupBy(
      reporting.flatMap(({ events }) => events),
      ({ rules: [rule] }) => rule!,
    )
    for (const rule of [
      'balancer/error-rate',
      'balancer/server-down',
      'balancer/server-flapping',
      'balancer/slow-server',
      'cache/eviction-storm',
      'cache/hit-ratio-drop',
      'cache/hot-key',
      'cache/mass-expiry',
      'cache/restart',
      'cache/stampede',
      'ring/imbalance',
    ])
      expect(times.get(rule)?.length ?? 0, rule).toBeGreaterThanOrEqual(5)
  })

  it('hold six hours in which nothing is wrong in the part that reports', () => {
    expect(reporting.reduce((sum, { seconds, events }) => sum + quietSeconds(seconds, events), 0)).toBeGreaterThan(6 * 3_600)
  })

  it('stay small enough for a checkout', () => {
    const bytes = readdirSync(RECORDED).reduce((sum, file) => sum + statSync(join(RECORDED, file)).size, 0)
    expect(bytes).toBeLessThan(24e6)
  })
})
