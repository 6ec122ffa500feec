import type { SlotLoads } from '../../../model/record.ts'

/** What one answer tells of one slot. `cpuUs` and `bytes`: null where the server does not count them. */
export type SlotCount = { slot: number; keys: number; cpuUs: number | null; bytes: number | null }

/** Counters of one poll, in columns. */
type Snapshot = { at: number; cpuUs: Map<number, number> }

/** The load is that of the newest minute: of two halves, whose difference says how much a slot's load varies. */
const SPAN_MS = 60_000
/** With less than this the halves are too short to be told apart from noise. */
const SPAN_LEAST_MS = 20_000

export type Measured = Omit<SlotLoads, 'kind' | 'target' | 'id' | 'at'>

/**
 * The load of each slot of one node: the growth of its counter of CPU time, kept as snapshots over a minute. Where the server has no such
 * counter, the slots' keys alone, collected over several polls.
 */
export class SlotMeter {
  #snapshots: Snapshot[] = []
  /** Newest count of each slot that is still served. */
  #counts: Map<number, SlotCount> | null = null

  /** `served`: the slots that the node serves now; what it has given away is forgotten. */
  note(counts: readonly SlotCount[], served: ReadonlySet<number>, at: number): void {
    this.#counts ??= new Map()
    const newest = this.#counts
    for (const slot of newest.keys()) if (!served.has(slot)) newest.delete(slot)
    for (const count of counts) if (served.has(count.slot)) newest.set(count.slot, count)
    const cpuUs = new Map(counts.flatMap(({ slot, cpuUs }) => (cpuUs === null ? [] : [[slot, cpuUs] as const])))
    if (cpuUs.size === 0) {
      this.#snapshots = []
      return
    }
    // A counter that fell began anew: a restart, CONFIG RESETSTAT, or a slot that went and came back.
    const last = this.#snapshots.at(-1)
    if (last && [...cpuUs].some(([slot, value]) => value < (last.cpuUs.get(slot) ?? 0))) this.#snapshots = []
    this.#snapshots.push({ at, cpuUs })
    while (this.#snapshots.length > 2 && this.#snapshots[1]!.at <= at - SPAN_MS) this.#snapshots.shift()
  }

  /** Null while too little is known. */
  measured(served: ReadonlySet<number>): Measured | null {
    const known = [...(this.#counts?.values() ?? [])].sort((a, b) => a.slot - b.slot)
    if (known.length === 0) return null
    const columns = {
      of: served.size,
      slots: known.map(({ slot }) => slot),
      keys: known.map(({ keys }) => keys),
      bytes: known.every(({ bytes }) => bytes !== null) ? known.map(({ bytes }) => bytes!) : null,
    }
    const byKeys = { ...columns, method: 'key-count' as const, spanMs: 0, load: null, dispersion: null }
    const [first, last] = [this.#snapshots[0], this.#snapshots.at(-1)]
    if (!first || !last) return byKeys
    const spanMs = last.at - first.at
    if (spanMs < SPAN_LEAST_MS || this.#snapshots.length < 3) return null
    const middle = this.#snapshots.reduce((best, one) =>
      Math.abs(one.at - (first.at + last.at) / 2) < Math.abs(best.at - (first.at + last.at) / 2) ? one : best,
    )
    const grown = (from: Snapshot, to: Snapshot, slot: number) => {
      const [a, b] = [from.cpuUs.get(slot), to.cpuUs.get(slot)]
      return a === undefined || b === undefined ? 0 : (b - a) / 1_000 / (to.at - from.at)
    }
    const halves = known.map(({ slot }) => [grown(first, middle, slot), grown(middle, last, slot)] as const)
    return {
      ...columns,
      method: 'slot-stats',
      spanMs: Math.round(spanMs),
      load: known.map(({ slot }) => grown(first, last, slot)),
      dispersion: dispersionOf(halves),
    }
  }
}

/**
 * Variance over mean of one slot's load in one half, pooled over all slots: a hot slot varies more than a quiet one, in proportion to its load.
 * What the whole node did more or less in the second half is taken out first.
 */
export function dispersionOf(halves: readonly (readonly [early: number, late: number])[]): number {
  const early = halves.reduce((sum, [load]) => sum + load, 0)
  const late = halves.reduce((sum, [, load]) => sum + load, 0)
  if (early <= 0 || late <= 0) return 0
  const mean = (early + late) / 2
  const squares = halves.reduce((sum, [a, b]) => sum + ((a * mean) / early - (b * mean) / late) ** 2, 0)
  return squares / (2 * mean)
}
