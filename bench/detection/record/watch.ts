import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '../../../lib/config/parse.ts'
import { detectors } from '../../../lib/detectors/registry.ts'
import { createBus } from '../../../lib/engine/bus.ts'
import { clockOf } from '../../../lib/engine/clock.ts'
import { createFleet } from '../../../lib/engine/fleet.ts'
import { namedBy } from '../../../lib/metrics/bound.ts'
import { readEdges } from '../../../lib/model/edges.ts'
import type { NewRecord } from '../../../lib/model/record.ts'
import { type Labels, labelsKey, type Point, type Reading, type Series } from '../../../lib/model/series.ts'
import type { Topology } from '../../../lib/model/topology.ts'
import { schemas } from '../../../lib/server/schemas.ts'
import { polledTargets } from '../../../lib/server/targets/polledTargets.ts'
import { createStore } from '../../../lib/store/store.ts'
import { FROM } from '../../../test/series.ts'
import { packed } from '../columns.ts'
import type { RecordedFile } from '../files.ts'
import { createKeeper } from './keeper.ts'

/** What rules read, and what these series are computed with, and nothing else: a recording is committed. The engine derives what is computed anew. */
const METRICS: ReadonlySet<string> = new Set(detectors.flatMap(({ needs }) => [...namedBy(needs).series]))

export type Watch = {
  /** Seconds since it began. */
  second(): number
  series(isOf?: (target: string) => boolean): Series[]
  /** What was seen of the targets so far. */
  seen(isOf?: (target: string) => boolean): Pick<RecordedFile, 'parts' | 'topology' | 'records'>
  stop(): Promise<void>
}

/** In columns: hours of a point each are more than a garbage collector can walk between two polls. */
type Kept = { metric: string; labels: Labels; stepMs: number; at: number[]; values: number[] }

/** Polls a fleet once a second as Evenkeel does, and keeps all that rules read of it. Its clock begins where recordings do. */
export async function startWatch(fleet: { yaml(about: { listen: string; data: string; mode: 'observe' }): string }): Promise<Watch> {
  const data = mkdtempSync(join(tmpdir(), 'evenkeel-record-'))
  const text = fleet.yaml({ listen: '127.0.0.1:3000', data, mode: 'observe' })
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  const began = performance.now()
  const now = () => FROM + Math.round(performance.now() - began)
  const second = () => (now() - FROM) / 1000
  const store = createStore({ path: ':memory:', now })
  const keep = createKeeper()
  const records: { at: number; target: string; records: NewRecord[] }[] = []
  const all = new Map<string, Kept>()
  const note = (target: string, at: number, readings: readonly Reading[], stepMs: number) => {
    for (const { metric, labels = {}, value } of readings) {
      if (!METRICS.has(metric)) continue
      const key = `${target} ${metric} ${labelsKey(labels)}`
      let kept = all.get(key)
      if (!kept) {
        kept = { metric, labels: { target, ...labels }, stepMs, at: [], values: [] }
        all.set(key, kept)
      }
      kept.at.push(at)
      kept.values.push(value)
    }
  }
  const polled = createFleet({
    targets: polledTargets(config),
    edges: readEdges(config.edges),
    poll: { everyMs: 1_000, timeoutMs: 900 },
    store: {
      ...store,
      // Nobody asks this store anything: what is kept twice would only cost time.
      append: note,
      putRecords(target, fresh) {
        const kept = keep(target, fresh, second())
        if (kept.length > 0) records.push({ at: second(), target, records: kept })
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
  }, 1_000)
  polled.start()
  const series: Watch['series'] = (isOf = () => true) =>
    [...all.values()]
      .filter(({ labels }) => isOf(labels.target!))
      .map(({ at, values, ...rest }) => ({ ...rest, points: at.map((ms, i): Point => [ms, values[i]!]) }))
  return {
    second,
    series,
    seen: (isOf = () => true) => ({
      parts: partsOf(series(isOf)),
      topology: shapesOf(shapes, isOf),
      records: records.filter(({ target }) => isOf(target)),
    }),
    async stop() {
      clearInterval(timer)
      await polled.stop()
      store.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** A topology without what changes at every poll and no rule judges. */
const steady = (topology: Topology): Topology => ({
  ...topology,
  targets: topology.targets.map(({ since: _, capabilities: __, ...facts }) => ({ ...facts, capabilities: [] })),
  rings: topology.rings.map((ring) => ({ ...ring, followers: ring.followers.map((follower) => ({ ...follower, seenAt: FROM })) })),
  ttls: topology.ttls.map((ttl) => ({ ...ttl, followers: ttl.followers.map((follower) => ({ ...follower, seenAt: FROM })) })),
})

/** The shapes as those of some targets alone, whenever that changed. */
function shapesOf(shapes: readonly { at: number; topology: Topology }[], isOf: (target: string) => boolean) {
  const own: { at: number; topology: Topology }[] = []
  for (const { at, topology } of shapes) {
    const part = {
      ...topology,
      targets: topology.targets.filter(({ name }) => isOf(name)),
      pools: topology.pools.filter(({ target }) => isOf(target)),
    }
    if (JSON.stringify(part) !== JSON.stringify(own.at(-1)?.topology)) own.push({ at, topology: part })
  }
  return own
}

/** Series that were polled together share their moments. */
function partsOf(series: readonly Series[]): NonNullable<RecordedFile['parts']> {
  const byMoments = Map.groupBy(series, ({ points, stepMs }) => `${stepMs} ${points.map(([at]) => at).join()}`)
  return [...byMoments.values()].map((together) => ({
    ...packed({
      at: together[0]!.points.map(([at]) => (at - FROM) / 1000),
      series: Object.fromEntries(
        together.map(({ metric, labels, points }) => [`${metric}{${labelsText(labels)}}`, points.map(([, value]) => value)]),
      ),
    }),
    stepMs: together[0]!.stepMs,
  }))
}

const labelsText = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')
