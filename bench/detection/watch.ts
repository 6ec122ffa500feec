import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill } from '../../demo/drill.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { parseConfig } from '../../lib/config/parse.ts'
import { detectors } from '../../lib/detectors/registry.ts'
import { createBus } from '../../lib/engine/bus.ts'
import { clockOf } from '../../lib/engine/clock.ts'
import { createFleet } from '../../lib/engine/fleet.ts'
import { readEdges } from '../../lib/model/edges.ts'
import type { NewRecord } from '../../lib/model/record.ts'
import type { Labels, Series } from '../../lib/model/series.ts'
import type { Topology } from '../../lib/model/topology.ts'
import { schemas } from '../../lib/server/schemas.ts'
import { polledTargets } from '../../lib/server/targets/polledTargets.ts'
import { createStore } from '../../lib/store/store.ts'
import { FROM } from '../../test/series.ts'
import type { RecordedFile } from './files.ts'
import type { Labelled } from './recording.ts'

export type Drilled = { drill: Drill; at: number; end: number }

/** What rules read, and nothing else: a recording is committed. The engine derives what is computed anew. */
const METRICS = new Set(detectors.flatMap(({ needs }) => [...needs.metrics, ...(needs.also?.metrics ?? [])]))
/** Of the keys of a burst those that a rule may name, and of a cache's expiry times one sample in so many seconds. */
const HOTTEST = 3
const HISTOGRAM_S = 5
const DAY_MS = 86_400_000

type Watch = {
  /** Seconds since it began. */
  second(): number
  recording(name: string, drilled: readonly Drilled[], params: Record<string, unknown>): RecordedFile
  stop(): Promise<void>
}

/** Polls a fleet once a second as Evenkeel does, and keeps all that rules read of it. Its clock begins where recordings do. */
export async function startWatch(fleet: Fleet): Promise<Watch> {
  const data = mkdtempSync(join(tmpdir(), 'evenkeel-record-'))
  const file = join(data, 'evenkeel.yaml')
  const text = fleet.yaml({ listen: '127.0.0.1:3000', data, mode: 'observe' })
  const config = parseConfig(text, {}, schemas(), { file, readFile: () => '' })
  const began = performance.now()
  const now = () => FROM + Math.round(performance.now() - began)
  const second = () => (now() - FROM) / 1000
  const store = createStore({ path: ':memory:', now, windowMs: DAY_MS })
  const keep = createKeeper()
  const records: { at: number; target: string; records: NewRecord[] }[] = []
  const polled = createFleet({
    targets: polledTargets(config),
    edges: readEdges(config.edges),
    poll: { everyMs: 1_000, timeoutMs: 900 },
    store: {
      ...store,
      putRecords(target, fresh) {
        const kept = keep(target, fresh, second())
        if (kept.length > 0) records.push({ at: second(), target, records: kept })
        store.putRecords(target, fresh)
      },
    },
    bus: createBus(() => {}),
    clock: clockOf({ now }),
    log: { info() {}, warn() {}, error() {} },
  })
  const shapes: { at: number; topology: Topology }[] = []
  const timer = setInterval(() => {
    const topology = steady(polled.topology())
    if (JSON.stringify(topology) !== JSON.stringify(shapes.at(-1)?.topology)) shapes.push({ at: Math.floor(second()), topology })
    for (const _ of store.tickInParts(now()));
  }, 1_000)
  polled.start()
  return {
    second,
    recording(name, drilled, params) {
      const window = store.window(FROM, now())
      const series = [...METRICS].flatMap((metric) => window.series(metric))
      return {
        scenario: name,
        params,
        events: drilled.map((one) => labelledOf(one, series)),
        parts: partsOf(series),
        topology: shapes,
        records,
      }
    },
    async stop() {
      clearInterval(timer)
      await polled.stop()
      store.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** What of the records of a poll is worth its place in a recording. */
function createKeeper(): (target: string, fresh: readonly NewRecord[], second: number) => NewRecord[] {
  const sampledAt = new Map<string, number>()
  return (target, fresh, second) => {
    const hot = fresh.filter((record) => record.kind === 'hot-key').sort((a, b) => b.share - a.share)
    const isDue = second - (sampledAt.get(target) ?? Number.NEGATIVE_INFINITY) >= HISTOGRAM_S
    const ending = isDue ? fresh.filter(({ kind }) => kind === 'ttl-histogram') : []
    if (ending.length > 0) sampledAt.set(target, second)
    return [...hot.slice(0, HOTTEST), ...ending]
  }
}

/** A topology without what changes at every poll and no rule judges. */
const steady = (topology: Topology): Topology => ({
  ...topology,
  targets: topology.targets.map(({ since: _, capabilities: __, ...facts }) => ({ ...facts, capabilities: [] })),
  rings: topology.rings.map((ring) => ({ ...ring, followers: ring.followers.map((follower) => ({ ...follower, seenAt: FROM })) })),
  ttls: topology.ttls.map((ttl) => ({ ...ttl, followers: ttl.followers.map((follower) => ({ ...follower, seenAt: FROM })) })),
})

/** Series that were polled together share their moments. */
function partsOf(series: readonly Series[]): NonNullable<RecordedFile['parts']> {
  const byMoments = Map.groupBy(series, ({ points }) => points.map(([at]) => at).join())
  return [...byMoments.values()].map((together) => ({
    at: together[0]!.points.map(([at]) => (at - FROM) / 1000),
    series: Object.fromEntries(
      together.map(({ metric, labels, points }) => [
        `${metric}{${labelsText(labels)}}`,
        points.map(([, value]) => Number(value.toFixed(6))),
      ]),
    ),
  }))
}

const labelsText = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')

/** Where a fault shows later than it begins: a memory that has to fill, keys that have to end. */
const SHOWS: Record<string, { metric: string; labels: Labels; is(before: number, after: number): boolean; times?: number }> = {
  'eviction-storm': { metric: 'cache_evictions_total', labels: { target: 'cache-b' }, is: (before, after) => after > before },
  'cache-restart': { metric: 'cache_uptime_seconds', labels: { target: 'cache-c' }, is: (before, after) => after < before },
  'mass-expiry': { metric: 'cache_expirations_total', labels: { target: 'cache-a' }, is: (before, after) => after - before > 500 },
  'server-down': { metric: 'pool_up', labels: { pool: 'app', server: 'app3' }, is: (before, after) => after < before },
  'flapping-server': { metric: 'pool_up', labels: { pool: 'app', server: 'app3' }, is: (before, after) => after < before, times: 2 },
}
/** What the origin needs to make the front page: until then nothing is filled twice. */
const STAMPEDE_S = 2

function labelledOf({ drill, at, end }: Drilled, series: readonly Series[]): Labelled {
  return { kind: drill.name, at, shows: Math.max(at, shownAt(drill.name, at, series)), end, rules: [drill.rule] }
}

function shownAt(drill: string, at: number, series: readonly Series[]): number {
  if (drill === 'stampede') return at + STAMPEDE_S
  const sign = SHOWS[drill]
  if (!sign) return at
  const where = series.find(
    ({ metric, labels }) => metric === sign.metric && Object.entries(sign.labels).every(([name, value]) => labels[name] === value),
  )
  let left = sign.times ?? 1
  for (const [i, [ms, value]] of (where?.points ?? []).entries()) {
    const before = where!.points[i - 1]
    if (!before || ms <= FROM + at * 1000 || !sign.is(before[1], value)) continue
    if (--left === 0) return (ms - FROM) / 1000
  }
  return at
}
