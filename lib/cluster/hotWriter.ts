import type { Polled } from '../engine/target.ts'
import type { TopologyPart } from '../model/product.ts'
import type { NewRecord } from '../model/record.ts'
import type { Labels, Reading } from '../model/series.ts'
import type { Store } from '../model/store.ts'
import { type HotBatch, type Layout, type PackedPoll, packed } from './hotBatch.ts'

/** Collects what the polls of this replica bring, for the others. */
export interface HotWriter {
  samples(target: string, at: number, readings: readonly Reading[], stepMs: number, lateMs?: number): void
  records(target: string, records: readonly NewRecord[]): void
  part(target: string, probe: string, part: TopologyPart): void
  /** What came since the last time. `whole`: with all that a reader needs who has read nothing yet. */
  take(polled: [name: string, polled: Polled][], whole: boolean): HotBatch
}

type Known = { number: number; layout: Layout }

/** Layouts of one target: each probe has one or two, but one that lists what moves (the keys of a sample) has many. */
const LAYOUTS_MOST = 20
/** While the database is away nothing is taken; what is too old is of no use. */
const HELD_MOST = 20_000

export function createHotWriter(): HotWriter {
  let nextNumber = 0
  const layouts = new Map<string, Known[]>()
  const parts = new Map<string, { json: string; part: TopologyPart }>()
  let batch = empty()

  function layoutOf(target: string, readings: readonly Reading[]): number {
    const known = layouts.get(target) ?? []
    layouts.set(target, known)
    const found = known.find(({ layout }) => fits(layout, readings))
    if (found) return found.number
    const made: Known = { number: nextNumber++, layout: readings.map(({ metric, labels }) => [metric, labels ?? null]) }
    known.unshift(made)
    known.length = Math.min(known.length, LAYOUTS_MOST)
    batch.layouts.push([made.number, made.layout])
    return made.number
  }

  return {
    samples(target, at, readings, stepMs, lateMs = 0) {
      if (readings.length === 0) return
      batch.polls.push({ target, at, stepMs, lateMs, layout: layoutOf(target, readings), ...packed(readings) })
      if (batch.polls.length > HELD_MOST) batch.polls.splice(0, HELD_MOST / 2)
    },
    records(target, records) {
      batch.records.push([target, records])
      if (batch.records.length > HELD_MOST) batch.records.splice(0, HELD_MOST / 2)
    },
    part(target, probe, part) {
      const key = JSON.stringify([target, probe])
      const json = JSON.stringify(part)
      if (parts.get(key)?.json === json) return
      parts.set(key, { json, part })
      batch.parts.push([target, probe, part])
    },
    take(polled, whole) {
      const taken = { ...batch, polled }
      batch = empty()
      if (!whole) return taken
      const own = new Set(polled.map(([name]) => name))
      for (const key of parts.keys()) if (!own.has((JSON.parse(key) as string[])[0]!)) parts.delete(key)
      return {
        ...taken,
        whole,
        layouts: [...layouts.values()].flatMap((known) => known.map(({ number, layout }): [number, Layout] => [number, layout])),
        parts: [...parts].map(([key, { part }]) => [...(JSON.parse(key) as [string, string]), part]),
      }
    },
  }
}

const empty = (): HotBatch => ({ version: 1, whole: false, layouts: [], polls: [] as PackedPoll[], records: [], parts: [], polled: [] })

const fits = (layout: Layout, readings: readonly Reading[]) =>
  layout.length === readings.length &&
  readings.every(({ metric, labels }, i) => {
    const [known, knownLabels] = layout[i]!
    return known === metric && (labels ?? null) === knownLabels ? true : known === metric && sameLabels(labels, knownLabels)
  })

function sameLabels(one: Labels | undefined, other: Labels | null): boolean {
  if (!one || !other) return !one && !other
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}

/** A store of which the others are told whatever is appended here. */
export const toldStore = (store: Store, writer: Pick<HotWriter, 'samples' | 'records'>): Store => ({
  ...store,
  append(target, at, readings, stepMs, lateMs) {
    store.append(target, at, readings, stepMs, lateMs)
    writer.samples(target, at, readings, stepMs, lateMs)
  },
  putRecords(target, records) {
    store.putRecords(target, records)
    writer.records(target, records)
  },
})
