import { fallAt } from '../lib/detectors/falls.ts'
import { looks } from '../lib/detectors/settings.ts'
import { evidenceFor } from '../lib/math/sequential.ts'
import { NIGHT, nightOf, TRAFFIC, type Traffic } from './nights.ts'

/** As long as the rule looks back, and a moment after an alarm in which it is the same one. */
const PAST = 430
const SAME = 60

/** The false alarms of one cache in a night, by a rule that looks at each second and may raise so many an hour. `z` alone is the test of fixed samples. */
function alarmsIn(traffic: Traffic, seed: number, limits: { z: number; perHour: number | null }): number {
  const sums = nightOf(traffic, seed)
  const evidence = limits.perHour === null ? 0 : evidenceFor(looks(1000, 1, limits.perHour))
  let alarms = 0
  for (let i = 20; i < NIGHT; i++)
    if (fallAt(sums, i, Math.max(0, i - PAST), { drop: 0.03, lookupsMin: 200, z: limits.z, evidence })) {
      alarms++
      i += SAME
    }
  return alarms
}

export type Nights = { nights: number; withAlarm: number; alarms: number; byKind: Map<string, number> }

/** So many nights of each kind of traffic. */
export function nightsWatched(ofEach: number, limits: { z: number; perHour: number | null }): Nights {
  const all: Nights = { nights: 0, withAlarm: 0, alarms: 0, byKind: new Map() }
  for (const traffic of TRAFFIC)
    for (let seed = 1; seed <= ofEach; seed++) {
      const alarms = alarmsIn(traffic, seed, limits)
      all.nights++
      all.alarms += alarms
      if (alarms > 0) all.withAlarm++
      all.byKind.set(traffic.name, (all.byKind.get(traffic.name) ?? 0) + alarms)
    }
  return all
}

/** The share of nights with an alarm that a rate of false alarms stands for: one or more of a Poisson count. */
export const nightsAllowed = (perHour: number) => 1 - Math.exp((-perHour * NIGHT) / 3_600)
