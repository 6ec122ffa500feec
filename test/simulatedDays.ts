import { z } from 'zod'
import { cacheMemory } from '../lib/advisors/cache-memory.ts'
import { poolWeights } from '../lib/advisors/pool-weights.ts'
import { weightReturn } from '../lib/advisors/weight-return.ts'
import { type Autopilot, createAutopilot } from '../lib/autopilot/autopilot.ts'
import { createChanges } from '../lib/changes/changes.ts'
import { slowServer } from '../lib/detectors/balancer/slow-server.ts'
import { weightHeldBack } from '../lib/detectors/balancer/weight-held-back.ts'
import { hitRatioLow } from '../lib/detectors/cache/hit-ratio-low.ts'
import { createBus } from '../lib/engine/bus.ts'
import type { Clock } from '../lib/engine/clock.ts'
import { createEngine } from '../lib/engine/engine.ts'
import type { PolledFleet } from '../lib/engine/fleet.ts'
import type { AutopilotRule } from '../lib/model/autopilot.ts'
import type { Change } from '../lib/model/change.ts'
import { EvenkeelError } from '../lib/model/error.ts'
import type { AnyActuator } from '../lib/model/product.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import type { CurvePoint } from '../lib/model/record.ts'
import type { Store } from '../lib/model/store.ts'
import { emptyTopology, type Topology } from '../lib/model/topology.ts'
import { createStore } from '../lib/store/store.ts'
import { Queues } from './queues.ts'
import { randomOf } from './random.ts'
import { FROM } from './series.ts'

const MIB = 1_048_576
const HOUR_S = 3_600
const SERVERS = 4
/** A server's usual time of work, and that of one that is ill. */
const [USUAL_S, ILL_S] = [0.02, 0.16]
const READS = 200
const CURVE_S = 300
/** A person has looked at a regression, and gives the licence back, so long after it. */
const RETURNS_MS = 1_800_000
/** The working set of the cache grows by so much, this often. */
const [GROWTH, GROWS_S] = [2.2, 6 * HOUR_S]

export type DaysOptions = {
  seed: number
  seconds: number
  policies: readonly AutopilotRule[]
  /** So many judged changes of each remedy were made before the first day. */
  earned?: Readonly<Record<string, number>>
  /** A person who applies what is proposed, this long after its finding fired, where the autopilot has no licence for it or may not, sees to what was left unjudged, and returns a licence that was lost. Absent: nobody does. */
  personAfterS?: number
  /** Between the beginnings of two illnesses at least, in seconds; at most twice as long. */
  illEveryS?: number
  /** From this second on whatever is changed in the pool makes all its servers slow, until it is put back: what is predicted then is wrong. */
  turnsAgainstAt?: number
  /** Rules, watches and the autopilot look this often, s; samples are of each second. Default 5. */
  tickS?: number
  /** Without it nothing is ever applied. */
  acts: boolean
}

/** What came of simulated days: response times of all requests, hits of all reads, and what was changed. */
export type Days = {
  p95: number
  hitRatio: number
  changes: Change[]
  autopilot: Autopilot
  /** The values of the settings at the end. */
  weights: number[]
  memory: number
}

/**
 * A pool of four servers and a cache in simulated time, over engine, store, changes and autopilot themselves: every hour or two a server turns slow
 * for forty minutes, and the cache's working set more than doubles each six hours. Requests wait in queues (`Queues`); a cache of so much memory hits
 * as its curve says, and fills within a minute.
 */
export async function simulatedDays(options: DaysOptions): Promise<Days> {
  const random = randomOf(options.seed)
  const ills = illnesses(options.seconds, options.illEveryS ?? HOUR_S, random)
  const state = { memory: 256 * MIB, hit: 0, hits: 0, misses: 0, against: { on: false, bad: false, before: '' } }
  const queues = new Queues({
    seed: options.seed,
    stations: Array.from({ length: SERVERS }, () => ({ workers: 16, seconds: USUAL_S })),
    weights: Array.from({ length: SERVERS }, () => 100),
    perSecond: 40,
    clients: 200,
    fault(t, server, seconds) {
      if (state.against.bad) return 3 * ILL_S
      return ills.some((ill) => ill.server === server && ill.from <= t && t < ill.to) ? ILL_S : seconds
    },
  })
  const clock = { now: FROM }
  const store = createStore({ path: ':memory:', now: () => clock.now })
  for (const [advisor, count] of Object.entries(options.earned ?? {})) putEarned(store, advisor, count)
  const bus = createBus((error) => {
    throw error
  })
  const log = { info() {}, warn() {}, error() {} }
  const topology = (): Topology => ({
    ...emptyTopology(),
    targets: [
      { name: 'edge', kind: 'haproxy', state: 'up', capabilities: [] },
      { name: 'cache', kind: 'redis', role: 'cache', state: 'up', capabilities: [], can: { memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: MIB } } }, // biome-ignore format: one line
    ],
    pools: [queues.poolNow()],
  })
  const fleet = {
    topology,
    window: (spanMs: number) => store.window(clock.now - spanMs, clock.now),
    targetConfig: (name: string) => (name === 'edge' || name === 'cache' ? { kind: name, config: {} } : null),
    pollNow: async () => {},
    states: () => [
      { name: 'edge', state: 'up' as const },
      { name: 'cache', state: 'up' as const },
    ],
    owns: () => true,
    start() {},
    stop: async () => {},
    stepClock() {},
  } as unknown as PolledFleet
  const changes = createChanges({
    store,
    fleet,
    actuators: [weightsOf(queues, state.against), memoryOf(state)],
    mode: () => 'tune',
    bus,
    now: () => clock.now,
    log,
    settings: { lookMs: 5_000 },
  })
  const monotonic = () => clock.now - FROM
  const steady: Clock = { now: () => clock.now, monotonic, random, setTimer: () => () => {} }
  const engine = createEngine({
    fleet,
    rules: {},
    detectors: [slowServer, weightHeldBack, hitRatioLow],
    advisors: [poolWeights, weightReturn, cacheMemory],
    store,
    bus,
    describe: (steps) => changes.describe(steps),
    inFlight: (steps) => changes.inFlight(steps),
    learningMs: 0,
    clock: steady,
    log,
  })
  const autopilot = createAutopilot({
    rules: options.policies,
    store,
    changes,
    bus,
    topology,
    labelsOf: () => undefined,
    owns: () => true,
    held: () => null,
    tell: { acted() {}, refused() {}, lost() {} },
    now: () => clock.now,
    log,
  })

  const times = new Times()
  for (let second = 1; second <= options.seconds; second++) {
    state.against.on = second >= (options.turnsAgainstAt ?? Number.POSITIVE_INFINITY)
    queues.run(1)
    clock.now = FROM + second * 1_000
    for (const { seconds } of queues.answers) times.add(seconds)
    queues.answers.length = 0
    const readings = [...queues.tape.all.values()].map(({ metric, labels, points }) => {
      const value = points.at(-1)![1]
      points.length = 0
      const { target: _, ...rest } = labels
      return { metric, labels: rest, value }
    })
    store.append('edge', clock.now, readings, 1_000)
    readCache(state, second, random)
    const counted = { cache_hits_total: state.hits, cache_misses_total: state.misses, cache_uptime_seconds: 86_400 + second, cache_memory_max_bytes: state.memory, cache_memory_used_bytes: state.memory, redis_total_system_memory_bytes: 8_192 * MIB } // biome-ignore format: one line
    store.append('cache', clock.now, Object.entries(counted).map(([metric, value]) => ({ metric, value })), 1_000) // biome-ignore format: one line
    if (second % CURVE_S === 60) store.putRecords('cache', [curveAt(state, second, clock.now)])
    if (!options.acts || second % (options.tickS ?? 5) !== 0) continue
    await engine.tick()
    await changes.tick()
    await autopilot.tick()
    if (options.personAfterS !== undefined) await applyAsPerson(options.personAfterS * 1_000)
  }
  const all = store.changes.list(({ at }) => at > FROM) as Change[]
  await engine.stop()
  await changes.stop()
  return {
    p95: times.quantile(0.95),
    hitRatio: state.hits / (state.hits + state.misses),
    changes: all,
    autopilot,
    weights: [...queues.weights],
    memory: state.memory,
  }

  async function applyAsPerson(afterMs: number): Promise<void> {
    const licensed = new Set(autopilot.standings().flatMap(({ rule, licence }) => (licence.licensed ? rule.advisor : [])))
    for (const proposal of store.proposals.list(({ state }) => state === 'open')) {
      if (!proposal.prediction || (licensed.has(proposal.advisor) && changes.onlyByPerson(proposal) === null)) continue
      const since = store.findings.get(proposal.finding)?.firingAt ?? clock.now
      if (clock.now - since >= afterMs) await changes.apply(proposal.id, 'ann').catch(() => {})
    }
    const open = store.changes.list(({ needsPerson, verdict, endedAt }) => needsPerson !== undefined && verdict === 'unjudged' && endedAt! <= clock.now - afterMs) // biome-ignore format: one line
    for (const { id } of open) changes.settle(id, 'ann')
    for (const { rule, licence } of autopilot.standings())
      if (licence.revoked && clock.now - licence.revoked.at >= RETURNS_MS) autopilot.returnLicence(rule.id, 'ann')
  }
}

/** Changes that a person made before, and that came out as predicted. */
function putEarned(store: Store, advisor: string, count: number): void {
  store.proposals.put({ id: advisor, advisor, finding: 'before', steps: [], state: 'applied', createdAt: FROM } as unknown as Proposal)
  for (let i = 0; i < count; i++)
    store.changes.put({ id: `${advisor}-${i}`, proposal: advisor, state: 'kept', verdict: 'improved', steps: [], guards: [], because: '', by: 'ann', at: FROM - 1, endedAt: FROM - 1, reversal: 'exact', journal: [], prediction: { after: 1, low: 0, high: 2 }, measured: { before: 2, after: 1, low: 1, high: 1 } } as unknown as Change) // biome-ignore format: one line
}

type Ill = { server: number; from: number; to: number }

/** Again and again one server is ill, for forty minutes at most. */
function illnesses(seconds: number, everyS: number, random: () => number): Ill[] {
  const ills: Ill[] = []
  for (let from = 900; from < seconds; from += everyS * (1 + random()))
    ills.push({ server: Math.floor(random() * SERVERS), from, to: from + Math.min(2_400, 0.7 * everyS) })
  return ills
}

/** A cache of so much memory hits all but what of its working set does not fit: half an hour after the start, and each six hours, that grows. */
const ratioOf = (memory: number, second: number): number => {
  const workingSet = 300 * MIB * GROWTH ** Math.floor((second + GROWS_S - 1_800) / GROWS_S)
  return 0.95 * (1 - Math.exp(-memory / workingSet))
}

type CacheState = { memory: number; hit: number; hits: number; misses: number }

/** One second of reads. What a new size would hit sets in as it fills. */
function readCache(state: CacheState, second: number, random: () => number): void {
  const wanted = ratioOf(state.memory, second)
  state.hit = state.hit === 0 ? wanted : state.hit + (wanted - state.hit) / 15
  const reads = Math.round(READS * (0.9 + 0.2 * random()))
  const hits = Math.round(reads * Math.min(1, Math.max(0, state.hit + 0.02 * (random() - 0.5))))
  state.hits += hits
  state.misses += reads - hits
}

function curveAt(state: CacheState, second: number, at: number) {
  const sizes = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4].map((factor) => Math.round((factor * state.memory) / MIB) * MIB)
  const points = sizes.map((bytes): CurvePoint => {
    const hitRatio = ratioOf(bytes, second)
    return { bytes, ttlMs: null, policy: null, samples: null, hitRatio, low: hitRatio - 0.03, high: hitRatio + 0.03, ageP95Ms: null, filled: true, warmUpMs: 60_000 } // biome-ignore format: one line
  })
  return { kind: 'curve' as const, id: 'memory', at, varies: 'memory' as const, points, present: { point: 2, measured: state.hit }, spanMs: 600_000, readsShare: 1, basis: 'references of 10 min' } // biome-ignore format: one line
}

type Against = { on: boolean; bad: boolean; before: string }

function weightsOf(queues: Queues, against: Against): AnyActuator {
  const indexOf = (name: string) => queues.pool.servers.findIndex((server) => name === `app/${server.name}/weight`)
  return {
    kind: 'edge',
    settings: [{ pattern: /^app\/[^/]+\/weight$/, value: z.string().regex(/^\d+$/), reversal: 'exact', persistence: 'until it restarts' }],
    get: async (_config, names) => Object.fromEntries(names.map((name) => [name, String(queues.weights[indexOf(name)])])),
    async write(_config, edits) {
      for (const { name, expect } of edits) if (String(queues.weights[indexOf(name)]) !== expect) throw new EvenkeelError('drift', name)
      const before = queues.weights.join()
      for (const { name, value } of edits) queues.weights[indexOf(name)] = Number(value)
      if (against.bad && queues.weights.join() === against.before) against.bad = false
      else if (against.on) Object.assign(against, { bad: true, before })
    },
    commands: (_config, edits) => edits.map(({ name, value }) => `set weight ${name} ${value}`),
  }
}

function memoryOf(state: { memory: number }): AnyActuator {
  return {
    kind: 'cache',
    settings: [{ pattern: /^config\/maxmemory$/, value: z.string().regex(/^\d+$/), reversal: 'lossy', lost: 'what is evicted', persistence: 'until it restarts' }], // biome-ignore format: one line
    get: async () => ({ 'config/maxmemory': String(state.memory) }),
    async write(_config, edits) {
      for (const { expect, value } of edits) {
        if (String(state.memory) !== expect) throw new EvenkeelError('drift', 'maxmemory')
        state.memory = Number(value)
      }
    },
    commands: (_config, edits) => edits.map(({ value }) => `CONFIG SET maxmemory ${value}`),
  }
}

/** Response times in bins of 2 %: millions of them in some kilobytes. */
class Times {
  readonly #bins = new Map<number, number>()
  #count = 0
  add(seconds: number): void {
    const bin = Math.round(Math.log(Math.max(1e-5, seconds)) / Math.log(1.02))
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1)
    this.#count++
  }
  quantile(part: number): number {
    let left = part * this.#count
    for (const [bin, count] of [...this.#bins].sort(([a], [b]) => a - b)) {
      left -= count
      if (left <= 0) return 1.02 ** bin
    }
    return Number.NaN
  }
}
