import { detectors } from '../lib/detectors/registry.ts'
import { wilson } from '../lib/math/intervals.ts'
import { median } from '../lib/math/robust.ts'
import { SLOW_LIMITS } from '../lib/metrics/slow.ts'
import type { AnyDetector, DetectorSettings } from '../lib/model/detector.ts'
import { labelsKey } from '../lib/model/series.ts'
import { CacheNight, EARLIER, type FleetNight, fleetNight, KINDS, type PoolNight } from './fleetNight.ts'
import { NIGHT } from './nights.ts'
import { strictly } from './series.ts'

/** A moment after an alarm in which it is the same one. */
const SAME = 60

type Subject = CacheNight | PoolNight
/** Whether the fixed limits of a rule allow an alarm at that second: only then the rule is asked, which costs a thousand times as much. */
type Gate = (subject: Subject, t: number) => boolean

const over = (values: Float64Array, t: number, seconds: number) => values[t]! - values[t - seconds]!
const ofCache =
  (gate: (cache: CacheNight, t: number) => boolean): Gate =>
  (subject, t) =>
    subject instanceof CacheNight && gate(subject, t)
const ofPool =
  (gate: (pool: PoolNight, t: number) => boolean): Gate =>
  (subject, t) =>
    !(subject instanceof CacheNight) && gate(subject, t)
const rises = (part: Float64Array, whole: Float64Array, t: number, seconds: number, times: number) => {
  const from = t - seconds - 60
  const usual = over(part, from, 600) / over(whole, from, 600)
  return over(part, t, seconds) >= 0.95 * times * usual * over(whole, t, seconds)
}
const isUneven = ({ servers }: PoolNight, t: number, seconds: number, ratio: number) => {
  const total = servers.reduce((sum, { requests }) => sum + over(requests, t, seconds), 0)
  return servers.some(({ requests }) => over(requests, t, seconds) >= (0.95 * ratio * total) / servers.length)
}

/** All rules that hold a rate but `cache/hit-ratio-drop`, whose limits allow an alarm nearly always: it has nights of its own (`nightsWatched`). */
const GATES: Record<string, Gate> = {
  'cache/eviction-storm': ofCache(({ evicted, items }, t) => over(evicted, t, 1) >= Math.max(50, 0.005 * items[t]!)),
  'cache/stampede': ofCache(({ duplicates, fills }, t) => over(duplicates, t, 4) >= Math.max(10, 0.05 * over(fills, t, 4))),
  'cache/mass-expiry': ofCache(({ expired, items }, t) => over(expired, t, 3) >= Math.max(200, 0.1 * items[t]!)),
  'cache/latency-rise': ofCache(({ seconds, calls }, t) => rises(seconds, calls, t, 30, 3)),
  'cache/large-replies': ofCache(({ bytes, calls }, t) => over(bytes, t, 60) > 60 * 1_048_576 && rises(bytes, calls, t, 60, 4)),
  'balancer/error-rate': ofPool(({ servers }, t) => {
    const counts = servers.map(({ errors, requests }) => [over(errors, t, 10), over(requests, t, 10)] as const)
    const all = counts.reduce((sum, one) => [sum[0] + one[0], sum[1] + one[1]] as const, [0, 0] as const)
    return [...counts, all].some(([errors, requests]) => errors >= 5 && wilson(errors, requests).low >= 0.03)
  }),
  'balancer/slow-server': ofPool(({ servers }, t) =>
    [6, 9, 14, 20, 30, 46, 68, 102, 154].some((seconds) => {
      if (servers.some(({ requests }) => over(requests, t, seconds) < 100)) return false
      const means = servers.map(({ spent, requests }) => over(spent, t, seconds) / over(requests, t, seconds)).sort((a, b) => a - b)
      const slowest = means.pop()!
      const usual = median(means)!
      return slowest >= 0.8 * SLOW_LIMITS.ratio * usual && slowest - usual >= (0.8 * SLOW_LIMITS.slower) / 1000
    }),
  ),
  'balancer/load-imbalance': ofPool((pool, t) => !pool.pool.sticky && isUneven(pool, t, 60, 1.3)),
  'balancer/sticky-skew': ofPool((pool, t) => pool.pool.sticky !== undefined && isUneven(pool, t, 120, 1.5)),
}
export const HOLDERS: readonly AnyDetector[] = detectors.filter(({ id }) => id in GATES)

/** Alarms of a rule in a night: each thing is judged as long as the limits allow one, its `for` included. Notes are none. */
function alarmsIn(rule: AnyDetector, { topology }: FleetNight, subjects: readonly Subject[], settings: DetectorSettings): number {
  const gate = GATES[rule.id]!
  let alarms = 0
  for (const subject of subjects) {
    const foundAt = new Map<string, number>()
    const quietUntil = new Map<string, number>()
    for (let t = EARLIER; t < EARLIER + NIGHT; t++) {
      if (!gate(subject, t)) {
        if (foundAt.size > 0) foundAt.clear()
        continue
      }
      const found = new Set<string>()
      const window = strictly(rule, subject.window(t, rule.needs.spanMs))
      for (const verdict of rule.detect(window, topology, settings)) {
        if (verdict.is !== 'found' || verdict.severity === 'info') continue
        const key = labelsKey(verdict.subject)
        found.add(key)
        if (!foundAt.has(key)) foundAt.set(key, t)
        if (t - foundAt.get(key)! < settings.for / 1000 || t < (quietUntil.get(key) ?? 0)) continue
        alarms++
        quietUntil.set(key, t + SAME)
      }
      for (const key of foundAt.keys()) if (!found.has(key)) foundAt.delete(key)
    }
  }
  return alarms
}

export type Watched = { hours: number; nights: number; withAlarm: number; byRule: Map<string, number>; byKind: Map<string, number> }

/** So many nights of each kind of traffic, from a seed on; `perHour` of the whole fleet. */
export function fleetNights(ofEach: number, firstSeed: number, perHour: number, rules: readonly AnyDetector[] = HOLDERS): Watched {
  const watched: Watched = { hours: 0, nights: 0, withAlarm: 0, byRule: new Map(), byKind: new Map() }
  const settings = new Map(rules.map((rule) => [rule, rule.settings.parse({ falseAlarms: perHour / HOLDERS.length }) as DetectorSettings]))
  for (const kind of KINDS)
    for (let i = 0; i < ofEach; i++) {
      const night = fleetNight(kind, firstSeed + i)
      let alarms = 0
      for (const rule of rules) {
        const raised = alarmsIn(rule, night, [...night.caches, ...night.pools], settings.get(rule)!)
        watched.byRule.set(rule.id, (watched.byRule.get(rule.id) ?? 0) + raised)
        alarms += raised
      }
      watched.byKind.set(kind.name, (watched.byKind.get(kind.name) ?? 0) + alarms)
      watched.nights++
      watched.hours += NIGHT / 3_600
      if (alarms > 0) watched.withAlarm++
    }
  return watched
}
