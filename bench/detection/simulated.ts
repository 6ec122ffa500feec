import type { Pool } from '../../lib/model/topology.ts'
import { type CacheFault, cacheDay, fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../../test/normal.ts'
import { randomOf } from '../../test/random.ts'
import { FROM } from '../../test/series.ts'
import type { Labelled, Recording } from './recording.ts'

/** When a simulated fault begins, and how long its recording goes on. */
const FAULT = 157
const FAULT_SECONDS = 340
const HOUR = 3_600

type Drawn = { name: string; seconds: number; events: Labelled[]; clockSteps?: Recording['clockSteps'] }

/** A recording that is drawn when it is asked for. */
export type Made = { name: string; make(): Recording }
const made = (name: string, draw: () => Recording): Made => ({ name: `simulated ${name}`, make: draw })

/** A recording of what was put on the tape. */
function recordingOf(tape: Tape, pools: Pool[], caches: string[], { name, seconds, events, clockSteps }: Drawn): Recording {
  const window = tape.window(seconds)
  const shapeAt = (second: number) => fleetAt(window, pools, caches, FROM + second * 1000)
  // Without a fault of a server the shape stays as it is.
  const isSteady = !events.some(({ rules }) => rules.some((rule) => rule.startsWith('balancer/')))
  let at = 0
  let topology = shapeAt(0)
  return {
    name: `simulated ${name}`,
    source: 'simulated',
    seconds,
    events,
    series: [...tape.all.values()],
    topology(second) {
      if (second !== at && !isSteady) topology = shapeAt(second)
      at = second
      return topology
    },
    ...(clockSteps && { clockSteps }),
  }
}

type CacheCase = { kind: string; rule: string; lasts: number; later?: number; rates: readonly number[]; fault(rate: number): CacheFault }

const during =
  (lasts: number, work: (now: Parameters<CacheFault>[1], t: number) => void): CacheFault =>
  (t, now) => {
    if (t >= FAULT && t < FAULT + lasts) work(now, t - FAULT)
  }

const CACHE_CASES: readonly CacheCase[] = [
  {
    kind: '30 % of the reads to new keys',
    rule: 'cache/hit-ratio-drop',
    lasts: 60,
    rates: [30, 90, 170, 400, 900],
    fault: () =>
      during(60, (now) => {
        now.hitRatio *= 0.7
      }),
  },
  {
    kind: '12 % of the reads to new keys',
    rule: 'cache/hit-ratio-drop',
    lasts: 60,
    rates: [200, 300, 500, 800, 1_200],
    fault: () =>
      during(60, (now) => {
        now.hitRatio *= 0.88
      }),
  },
  {
    kind: 'a write flood into full memory',
    rule: 'cache/eviction-storm',
    lasts: 30,
    rates: [30, 90, 170, 400, 900],
    fault: (rate) =>
      during(30, (now) => {
        now.evictions = now.writes = 200 + 2 * rate
      }),
  },
  {
    kind: 'a hot key ends, the origin takes 2 s',
    rule: 'cache/stampede',
    lasts: 15,
    later: 2,
    rates: [80, 120, 200, 400, 900],
    fault: (rate) =>
      during(15, (now, t) => {
        if (t < 2) now.hitRatio -= 0.25
        else if (t < 4) now.duplicates = Math.round(0.25 * rate)
      }),
  },
  {
    kind: 'a third of the keys ends in one second',
    rule: 'cache/mass-expiry',
    lasts: 20,
    rates: [90, 170, 400, 900, 1_500],
    fault: (rate) =>
      during(20, (now, t) => {
        if (t === 0) now.expirations = Math.round(0.35 * 25 * rate)
        now.hitRatio *= 1 - 0.3 * Math.exp(-t / 8)
      }),
  },
  {
    kind: 'a restart',
    rule: 'cache/restart',
    lasts: 60,
    later: 1,
    rates: [12, 60, 170, 400, 900],
    fault: () =>
      during(60, (now, t) => {
        if (t === 0) now.seen = false
        if (t === 1) now.restart = true
        now.hitRatio *= 1 - 0.6 * Math.exp(-t / 20)
      }),
  },
]

type PoolCase = { kind: string; rule: string; lasts: number; later?: number; rates: readonly number[]; fault(i: number): PoolFault }
const ofApp2 =
  (lasts: number, work: (now: Parameters<PoolFault>[2], t: number) => void): PoolFault =>
  (t, server, now) => {
    if (server === 'app2' && t >= FAULT && t < FAULT + lasts) work(now, t - FAULT)
  }

const POOL_CASES: readonly PoolCase[] = [
  {
    kind: 'a server turns slow',
    rule: 'balancer/slow-server',
    lasts: 60,
    rates: [60, 120, 240, 400, 800],
    fault: (i) =>
      ofApp2(60, (now) => {
        now.seconds = 0.1 + 0.03 * i
      }),
  },
  {
    kind: 'a server answers with errors',
    rule: 'balancer/error-rate',
    lasts: 60,
    rates: [60, 120, 240, 400, 800],
    fault: (i) =>
      ofApp2(60, (now) => {
        now.errorRatio = 0.15 + 0.1 * i
      }),
  },
  {
    kind: 'a server goes down',
    rule: 'balancer/server-down',
    lasts: 60,
    rates: [15, 60, 120, 240, 800],
    fault: () =>
      ofApp2(60, (now) => {
        now.up = false
      }),
  },
  {
    kind: 'a server comes and goes',
    rule: 'balancer/server-flapping',
    lasts: 60,
    // Once is a restart: it flaps from the second time on.
    later: 10,
    rates: [15, 60, 120, 240, 800],
    fault: () =>
      ofApp2(60, (now, t) => {
        now.up = t % 10 >= 5
      }),
  },
]

/** Each kind of fault at five rates, `seed` and noise apart. */
export function simulatedFaults(seeds: (place: number) => number, places: readonly number[]): Made[] {
  const labelled = (kind: string, rule: string, lasts: number, later = 0): Labelled[] => [
    { kind, at: FAULT, shows: FAULT + later, end: FAULT + lasts, rules: [rule] },
  ]
  const caches = CACHE_CASES.flatMap(({ kind, rule, lasts, later, rates, fault }) =>
    places.map((place) => {
      const rate = rates[place]!
      const name = `${kind}, ${rate}/s, seed ${seeds(place)}`
      return made(name, () => {
        const tape = new Tape()
        cacheDay(tape, 'a', { seed: seeds(place), seconds: FAULT_SECONDS }, rate, fault(rate))
        const events = labelled(kind, rule, lasts, later)
        return recordingOf(tape, [], ['a'], { name, seconds: FAULT_SECONDS, events })
      })
    }),
  )
  const pools = POOL_CASES.flatMap(({ kind, rule, lasts, later, rates, fault }) =>
    places.map((place) => {
      const name = `${kind}, ${rates[place]}/s, seed ${seeds(place)}`
      return made(name, () => {
        const tape = new Tape()
        const pool = poolOf('edge', 'app', place % 2 === 0 ? [100, 100, 100, 100] : [100, 100, 100])
        poolDay(tape, pool, { seed: seeds(place), seconds: FAULT_SECONDS }, rates[place]!, { fault: fault(place) })
        const events = labelled(kind, rule, lasts, later)
        return recordingOf(tape, [pool], [], { name, seconds: FAULT_SECONDS, events })
      })
    }),
  )
  return [...caches, ...pools]
}

/** What an hour of a fleet brings besides its daily wave. */
type Hour = { kind: string; rates: readonly number[]; pool: number; fault?(seed: number, rate: number): CacheFault; events?: Labelled[]; more?: Partial<Drawn>; after?(tape: Tape): void } // biome-ignore format: one line

/** `cacheDay` makes every third cache a full one. */
const isFull = (seed: number) => seed % 3 === 0

const RESTARTS = [900, 2_100]
const RESET_AT = [1_000, 2_500]

const HOURS: readonly Hour[] = [
  { kind: 'hour of daily waves', rates: [12, 60, 170, 700], pool: 240 },
  {
    kind: 'hour of bursts',
    rates: [60, 170, 400],
    pool: 120,
    fault(seed, rate) {
      const random = randomOf(seed)
      const bursts = Array.from({ length: 40 }, () => ({
        at: 120 + Math.floor(random() * 3_400),
        lasts: 3 + Math.floor(random() * 20),
        times: 1.5 + 2 * random(),
      }))
      return (t, now) => {
        const times = Math.max(1, ...bursts.map((burst) => (t >= burst.at && t < burst.at + burst.lasts ? burst.times : 1)))
        if (times === 1) return
        now.reads = Math.round(now.reads * times)
        // More fills push more out of a full cache at once; what ends by its TTL is as much as before.
        now.expirations = Math.round(0.12 * rate)
        if (isFull(seed)) now.evictions = Math.round((times - 1) * 0.12 * rate)
      }
    },
  },
  { kind: 'quiet hour at 10 operations a second', rates: [10, 5, 2], pool: 5 },
  {
    kind: 'hour of deploys with restarts, and their echo one TTL later',
    rates: [60, 170, 400],
    pool: 120,
    events: RESTARTS.map((at) => ({ kind: 'a restart', at, shows: at + 1, end: at + 60, rules: ['cache/restart'] })),
    fault: () => (t, now) => {
      for (const at of RESTARTS) {
        if (t === at) now.seen = false
        if (t === at + 1) now.restart = true
        if (t >= at && t < at + 100) now.hitRatio *= 1 - 0.6 * Math.exp(-(t - at) / 20)
        // What was fetched together ends together.
        if (t >= at + 110 && t < at + 140) now.hitRatio -= 0.1 * Math.exp(-(((t - at - 122) / 6) ** 2))
      }
    },
  },
  {
    kind: 'hour with CONFIG RESETSTAT',
    rates: [60, 170, 400],
    pool: 120,
    after(tape) {
      for (const { metric, points } of tape.all.values()) {
        if (!/^cache_(hits|misses|evictions|expirations|writes)_total$/.test(metric)) continue
        const before = RESET_AT.map((second) => points.findLast(([at]) => at < FROM + second * 1000)![1])
        points.forEach(([at, value], i) => {
          const reset = RESET_AT.findLastIndex((second) => FROM + second * 1000 <= at)
          if (reset >= 0) points[i] = [at, value - before[reset]!]
        })
      }
    },
  },
  {
    kind: 'hour with lost polls and a clock that is set',
    rates: [60, 170, 400],
    pool: 120,
    fault(seed) {
      const random = randomOf(seed)
      let lostUntil = 0
      return (t, now) => {
        if (random() < 0.005) lostUntil = t + 3 + Math.floor(15 * random())
        now.seen = t >= lostUntil && random() > 0.03
      }
    },
    more: { clockSteps: [{ at: 1_200, byMs: 3_600_000 }, { at: 2_400, byMs: -5_000_000 }] }, // biome-ignore format: one line
  },
]

/** Hours in which nothing is wrong but for a restart that is labelled. */
export function simulatedHours(seed: number, kinds = HOURS.length): Made[] {
  return HOURS.slice(0, kinds).map((hour, place) => {
    const name = `${hour.kind}, seed ${seed}`
    return made(name, () => hourOf(hour, name, seed, place))
  })
}

function hourOf({ rates, pool: perSecond, fault, events = [], more, after }: Hour, name: string, seed: number, place: number): Recording {
  const tape = new Tape()
  rates.forEach((rate, i) => {
    const own = 31 * seed + 7 * place + i
    cacheDay(tape, `c${i}`, { seed: own, seconds: HOUR }, rate, fault?.(own, rate))
  })
  const pools = [poolOf('edge', 'app', [100, 100, 100, 100]), poolOf('edge', 'small', [1, 1, 1])]
  poolDay(tape, pools[0]!, { seed: seed + place, seconds: HOUR }, perSecond)
  poolDay(tape, pools[1]!, { seed: seed + place + 50, seconds: HOUR }, Math.min(15, perSecond), { response: 0.08 })
  after?.(tape)
  const caches = rates.map((_, i) => `c${i}`)
  return recordingOf(tape, pools, caches, { name, seconds: HOUR, events, ...more })
}
