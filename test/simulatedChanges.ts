import { watchOpening } from '../lib/changes/begin.ts'
import { type BreachedSince, breachedSinceOf } from '../lib/changes/guards.ts'
import { judgeWatch } from '../lib/changes/watch.ts'
import { WATCH_DEFAULTS } from '../lib/changes/watchSettings.ts'
import type { Change, ChangeVerdict } from '../lib/model/change.ts'
import type { Guard, Prediction } from '../lib/model/proposal.ts'
import { emptyTopology, type Pool, type Topology } from '../lib/model/topology.ts'
import { ABLE, poisson, Tape } from './normal.ts'
import { normal, randomOf } from './random.ts'
import { FROM } from './series.ts'

/** What happens to the changed pool and to its siblings from the write on: factors of their response time. */
export type Course = { name: string; own: number; siblings: number }

/** How response times of 50 ms move by themselves: a second's deviation, of which `keep` stays from one second to the next. */
export type Noise = { name: string; size: number; keep: number; perSecond: number }

export const NOISES: readonly Noise[] = [
  { name: 'independent seconds', size: 0.3, keep: 0, perSecond: 50 },
  { name: 'few requests', size: 0.4, keep: 0.3, perSecond: 5 },
  { name: 'wanders within 5 s', size: 0.2, keep: 0.8, perSecond: 50 },
  { name: 'wanders within 10 s', size: 0.15, keep: 0.9, perSecond: 50 },
  { name: 'wanders within 20 s', size: 0.12, keep: 0.95, perSecond: 50 },
]

export type Outcome = { verdict: ChangeVerdict; seconds: number; rolledBack: boolean; byGuard: boolean }

/** As long as noise is known from. */
const BEFORE_S = 610
const settings = WATCH_DEFAULTS

/** One thing that is changed and what is like it: what a change of it writes and predicts, and how a second of each shows in series. */
type World = {
  name: string
  steps: Change['steps']
  prediction: Prediction
  guard: Guard
  topology(names: readonly string[]): Topology
  /** `level`: how much of the metric's trouble there is, 1 as ever; of the i-th thing, whose levels differ. */
  put(tape: Tape, at: number, name: string, i: number, level: number, events: number): void
}

const LEVEL = 0.05
const pool = { target: 'edge', pool: 'own' }

/** A weight that is to bring the response of a pool from 50 ms to 35 ms. */
export const POOLS: World = {
  name: 'weights of pools',
  steps: [{ setting: { target: 'edge', name: 'own/a/weight' }, before: '100', after: '50' }],
  prediction: { metric: 'pool_response_seconds', where: pool, unit: 'seconds', before: LEVEL, after: 0.7 * LEVEL, low: 0.6 * LEVEL, high: 0.8 * LEVEL, basis: '' }, // biome-ignore format: one line
  guard: { metric: 'pool_response_seconds', where: pool, unit: 'seconds', op: '>', limit: 2 * LEVEL, forMs: 10_000, why: 'it is slower' },
  topology: (names) => ({
    ...emptyTopology(),
    pools: names.map(
      (name): Pool => ({ target: 'edge', name, algorithm: 'roundrobin', balances: 'weight', can: ABLE, weightMax: 256, servers: [] }),
    ),
  }),
  put(tape, at, name, i, level, events) {
    const labels = { target: 'edge', pool: name }
    tape.put(at, 'pool_response_seconds', labels, LEVEL * (1 + 0.5 * i) * level)
    tape.add(at, 'pool_requests_total', labels, events)
  },
}

const MISSES = 0.2

/** Points that are to bring the hit ratio of a ring from 80 % to 86 %. */
export const RINGS: World = {
  name: 'points of rings',
  steps: [{ setting: { target: 'ring:own', name: 'own/n0/points' }, before: '100', after: '160' }],
  prediction: { metric: 'ring_hit_ratio', where: { ring: 'own' }, unit: 'ratio', before: 1 - MISSES, after: 1 - 0.7 * MISSES, low: 1 - 0.8 * MISSES, high: 1 - 0.6 * MISSES, basis: '' }, // biome-ignore format: one line
  guard: { metric: 'cache_hit_ratio', where: { target: 'own-a' }, unit: 'ratio', op: '<', limit: 1 - 2 * MISSES, forMs: 10_000, why: 'it hits less' }, // biome-ignore format: one line
  topology: (names) => ({
    ...emptyTopology(),
    targets: names.flatMap((name) =>
      ['a', 'b'].map((node) => ({
        name: `${name}-${node}`,
        kind: 'redis',
        role: 'cache' as const,
        state: 'up' as const,
        capabilities: [],
      })),
    ),
    rings: names.map((name) => ({
      name,
      spec: { algorithm: 'ketama', nodes: [] },
      version: 1,
      control: { target: 'store', key: 'k' },
      nodes: ['a', 'b'].map((node, i) => ({ name: `n${i}`, target: `${name}-${node}`, address: '' })),
      followers: [],
    })),
  }),
  put(tape, at, name, i, level, events) {
    const reads = 4 * events
    const missed = Math.min(0.95, Math.max(0.01, MISSES * (0.2 * i + level))) * reads
    tape.add(at, 'ring_hits_total', { ring: name }, reads - missed)
    tape.add(at, 'ring_misses_total', { ring: name }, missed)
    tape.add(at, 'cache_hits_total', { target: `${name}-a` }, (reads - missed) / 2)
    tape.add(at, 'cache_misses_total', { target: `${name}-a` }, missed / 2)
  },
}

/** One change, watched second by second by the functions of the product themselves. */
function simulated(course: Course, noise: Noise, siblings: number, seed: number, world: World): Outcome {
  const random = randomOf(seed * 7_919 + 13)
  const names = ['own', ...Array.from({ length: siblings }, (_, i) => `other${i}`)]
  const away = names.map(() => noise.size * normal(random))
  const tape = new Tape()
  const ends = BEFORE_S + settings.watchMs / 1_000
  for (let second = 0; second <= ends; second++) {
    for (const [i, name] of names.entries()) {
      away[i] = noise.keep * away[i]! + Math.sqrt(1 - noise.keep ** 2) * noise.size * normal(random)
      const events = poisson(noise.perSecond, random)
      const factor = second <= BEFORE_S ? 1 : i === 0 ? course.own : course.siblings
      world.put(tape, FROM + second * 1_000, name, i, factor * Math.exp(away[i]! - noise.size ** 2 / 2), events)
    }
  }
  const whole = tape.window(ends)
  const clock = { now: FROM + BEFORE_S * 1_000 }
  const fleet = { window: (ms: number) => whole.between(clock.now - ms, clock.now), topology: () => world.topology(names) }
  const { steps, prediction, guard } = world
  const opened = { id: 'c', steps, prediction, guards: [guard], reversal: 'exact', at: clock.now } as unknown as Change
  const change: Change = { ...opened, ...watchOpening(opened, { job: null, problemSince: 0, fleet, now: clock.now }, settings) }
  let breached: BreachedSince = new Map()
  for (let seconds = 1; ; seconds++) {
    clock.now += 1_000
    const { decision, guards, breach } = judgeWatch({ change, job: null, fleet, breached, drifted: [], now: clock.now }, settings)
    breached = breachedSinceOf(guards)
    if (decision.is === 'keep' || decision.is === 'roll back')
      return { verdict: decision.verdict, seconds, rolledBack: decision.is === 'roll back', byGuard: breach !== null }
    if (seconds > 200) throw new Error('the watch has no end')
  }
}

/** Verdicts over so many changes of each kind of noise. */
export type Tally = Record<ChangeVerdict, number> & { changes: number; early: number; seconds: number; byGuard: number }

const none: Tally = { improved: 0, no_effect: 0, regressed: 0, unjudged: 0, changes: 0, early: 0, seconds: 0, byGuard: 0 }

export function tallied(
  course: Course,
  siblings: number,
  ofEach: number,
  noises: readonly Noise[] = NOISES,
  world: World = POOLS,
  firstSeed = 0,
): Map<string, Tally> {
  const all: Tally = { ...none }
  const tallies = new Map<string, Tally>([['all', all]])
  for (const noise of noises) {
    const own: Tally = { ...none }
    tallies.set(noise.name, own)
    for (let seed = firstSeed; seed < firstSeed + ofEach; seed++) {
      const { verdict, seconds, byGuard } = simulated(course, noise, siblings, seed * 101 + siblings, world)
      for (const tally of [own, all]) {
        tally[verdict]++
        tally.changes++
        tally.seconds += seconds
        if (seconds < settings.watchMs / 1_000) tally.early++
        if (byGuard) tally.byGuard++
      }
    }
  }
  return tallies
}
