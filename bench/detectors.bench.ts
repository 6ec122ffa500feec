import { detectors } from '../lib/detectors/registry.ts'
import { median } from '../lib/math/robust.ts'
import type { AnyDetector } from '../lib/model/detector.ts'
import { countsDay } from '../test/counts.ts'
import { type CacheFault, cacheDay, fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../test/normal.ts'
import { type RECORDED, recording, replay, windowOfRecording } from '../test/replay.ts'
import { FROM } from '../test/series.ts'
import type { Bench, Row } from './table.ts'

const FAULT = 120
const RATES = [12, 60, 170, 700]
const HOURS = 1

const byId = (id: string): AnyDetector => detectors.find((detector) => detector.id === id)!

/** Recordings of a real Redis: the fault, when it shows, and the seconds allowed until it is found. */
const ON_RECORD: [rule: string, name: (typeof RECORDED)[number], shows: number, most: number][] = [
  ['cache/hit-ratio-drop', 'hitdrop30', 100, 12],
  ['cache/eviction-storm', 'evict', 104.7, 10],
  ['cache/mass-expiry', 'ttlcliff', 100, 8],
  ['cache/restart', 'restart', 101, 6],
]

const CACHE_FAULTS: [rule: string, what: string, most: number, fault: (perSecond: number) => CacheFault][] = [
  [
    'cache/hit-ratio-drop',
    '30 % of the reads to a new prefix',
    20,
    () => (t, now) => void (t >= FAULT && t < FAULT + 60 && scale(now, 0.7)),
  ],
  [
    'cache/hit-ratio-drop',
    '12 %, at 170 and 700 reads/s',
    20,
    (perSecond) => (t, now) => void (perSecond > 100 && t >= FAULT && scale(now, 0.88)),
  ],
  [
    'cache/eviction-storm',
    'a write flood',
    10,
    (perSecond) => (t, now) => {
      if (t >= FAULT && t < FAULT + 30) now.evictions = now.writes = 300 + 2 * perSecond
    },
  ],
  [
    'cache/stampede',
    'a key with a quarter of the reads ends, origin 2 s; at 60 reads/s and more',
    10,
    (perSecond) => (t, now) => {
      if (perSecond < 60) return
      if (t === FAULT || t === FAULT + 1) now.hitRatio -= 0.25
      if (t === FAULT + 2 || t === FAULT + 3) now.duplicates = Math.round(0.25 * perSecond)
    },
  ],
]
const scale = (now: { hitRatio: number }, by: number) => {
  now.hitRatio *= by
}

const POOL_FAULTS: [rule: string, what: string, most: number, perSecond: number[], fault: PoolFault][] = [
  [
    'balancer/slow-server',
    '160 ms beside 20 ms',
    30,
    [60, 240],
    (t, server, now) => {
      if (t >= FAULT && server === 'app2') now.seconds = 0.16
    },
  ],
  [
    'balancer/error-rate',
    '30 % answered with 500',
    25,
    [60, 240],
    (t, server, now) => {
      if (t >= FAULT && server === 'app2') now.errorRatio = 0.3
    },
  ],
  [
    'balancer/server-flapping',
    '5 s down, 5 s up',
    45,
    [240],
    (t, server, now) => {
      if (t >= FAULT && server === 'app2') now.up = (t - FAULT) % 10 >= 5
    },
  ],
  [
    'balancer/server-down',
    'down',
    10,
    [240],
    (t, server, now) => {
      if (t >= FAULT && server === 'app2') now.up = false
    },
  ],
]

/** The slowest of the seeds and rates: seconds from the fault to `firing`; Infinity when one was missed. */
function slowest(cases: (number | null)[]): number {
  return Math.max(...cases.map((seconds) => seconds ?? Number.POSITIVE_INFINITY))
}

function cacheSeconds(rule: string, fault: (perSecond: number) => CacheFault, rates: number[], seed: number): (number | null)[] {
  return rates.map((perSecond) => {
    const tape = new Tape()
    cacheDay(tape, 'a', { seed, seconds: FAULT + 60 }, perSecond, fault(perSecond))
    const window = tape.window(FAULT + 60)
    const [first] = replay(byId(rule), window, { topology: () => fleetAt(window, [], ['a'], window.to) })
    return first ? (first.at - FROM) / 1000 - FAULT : null
  })
}

function poolSeconds(rule: string, fault: PoolFault, perSecond: number, seed: number): number | null {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed, seconds: FAULT + 60 }, perSecond, { fault })
  const window = tape.window(FAULT + 60)
  const [first] = replay(byId(rule), window, { topology: (at) => fleetAt(window, [pool], [], at) })
  return first ? (first.at - FROM) / 1000 - FAULT : null
}

/** False alarms of every rule in ordinary days: four caches and two pools of each seed, and what was recorded. */
function falseAlarms(): Map<string, number> {
  const alarms = new Map(detectors.map((detector) => [detector.id, 0]))
  const note = (id: string, count: number) => alarms.set(id, (alarms.get(id) ?? 0) + count)
  for (let seed = 1; seed <= HOURS * 2; seed++) {
    const seconds = 1_800
    const tape = new Tape()
    for (const [i, perSecond] of RATES.entries()) cacheDay(tape, `c${i}`, { seed: 10 * seed + i, seconds }, perSecond)
    const pools = [poolOf('edge', 'app', [100, 100, 100, 100]), poolOf('edge', 'small', [1, 1, 1])]
    poolDay(tape, pools[0]!, { seed, seconds }, 240)
    poolDay(tape, pools[1]!, { seed: seed + 50, seconds }, 15, { response: 0.08 })
    const window = tape.window(seconds)
    const topology = fleetAt(
      window,
      pools,
      RATES.map((_, i) => `c${i}`),
      window.to,
    )
    for (const detector of detectors)
      note(detector.id, replay(detector, window, { topology: () => topology }).filter(({ severity }) => severity !== 'info').length)
  }
  const normal = windowOfRecording(recording('normal2'))
  for (const detector of detectors) note(detector.id, replay(detector, normal).length)
  return alarms
}

const SIZES = [2, 4, 10, 50]
const POOL_RATES = [5, 20, 60, 240, 500]
const imbalanceAt = (options: Parameters<typeof countsDay>[0]) => {
  const { tape, pool } = countsDay(options)
  return replay(byId('balancer/load-imbalance'), tape.window(options.seconds), { topology: () => ({ pools: [pool] }) })
}

/** False alarms of load-imbalance in counting noise, and how soon it tells a server that gets more than its share. */
function imbalanceRows(): Row[] {
  const rows: Row[] = []
  for (const by of ['turns', 'chance', 'keys'] as const) {
    let alarms = 0
    let hours = 0
    for (const servers of SIZES)
      for (const perSecond of POOL_RATES) {
        alarms += imbalanceAt({ seed: 7 * servers + perSecond, seconds: 3_600, servers, perSecond, by }).length
        hours++
      }
    rows.push({
      what: `balancer/load-imbalance: false alarms an hour of one pool, 2 to 50 servers, 5 to 500/s shared out by ${by}`,
      value: alarms / hours,
      goal: { most: 0.2 },
    })
  }
  for (const times of [1.3, 1.5, 2])
    for (const [what, rates] of [
      ['60/s and more', [60, 240, 500]],
      ['5 and 20/s', [5, 20]],
    ] as const) {
      const seconds = [2, 4, 10].flatMap((servers) =>
        rates.flatMap((perSecond) =>
          [1, 2, 3].map((seed) => {
            const [first] = imbalanceAt({ seed, seconds: 420, servers, perSecond, by: 'chance', skew: { at: 120, times } })
            return first ? (first.at - FROM) / 1000 - 120 : Number.POSITIVE_INFINITY
          }),
        ),
      )
      const found = seconds.filter(Number.isFinite).length
      rows.push({
        what: `balancer/load-imbalance: one of 2 to 10 servers gets ${times} times its share at ${what}; found in 5 min ${found} of ${seconds.length}, median`,
        value: median(seconds)!,
        unit: 's',
      })
    }
  return rows
}

export const bench: Bench = {
  name: 'detectors',
  title: 'seconds to detect, and false alarms an hour, by replay',
  async run(): Promise<Row[]> {
    const rows: Row[] = ON_RECORD.map(([rule, name, shows, most]) => {
      const [first] = replay(byId(rule), windowOfRecording(recording(name)))
      const seconds = first ? Math.max(0, (first.at - FROM) / 1000 - shows) : Number.POSITIVE_INFINITY
      return { what: `${rule}: recorded (${name})`, value: seconds, unit: 's', goal: { most } }
    })
    const seeds = [1, 2, 3, 4]
    for (const [rule, what, most, fault] of CACHE_FAULTS) {
      const rates = rule === 'cache/stampede' ? RATES.slice(1) : what.startsWith('12 %') ? RATES.slice(2) : RATES
      rows.push({
        what: `${rule}: ${what}`,
        value: slowest(seeds.flatMap((seed) => cacheSeconds(rule, fault, rates, seed))),
        unit: 's',
        goal: { most },
      })
    }
    for (const [rule, what, most, rates, fault] of POOL_FAULTS)
      rows.push({
        what: `${rule}: ${what}`,
        value: slowest(seeds.flatMap((seed) => rates.map((perSecond) => poolSeconds(rule, fault, perSecond, seed)))),
        unit: 's',
        goal: { most },
      })
    rows.push(...imbalanceRows())
    const hours = HOURS * RATES.length + 0.17
    for (const [rule, count] of falseAlarms())
      rows.push({ what: `${rule}: false alarms an hour of one target`, value: count / hours, goal: { most: 0.2 } })
    return rows
  },
}
