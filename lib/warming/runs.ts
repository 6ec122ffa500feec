import type { Bus } from '../model/events.ts'
import type { Store } from '../model/store.ts'
import { type KeyItem, WARM_RUN_PREFIX, type WarmRun } from '../model/warming.ts'

const KEYS_PREFIX = 'warming/keys/'
/** Of each target; older ones are forgotten. */
const KEPT = 20
/** A run that goes on is told no more often than this. */
const TOLD_MS = 1_000

/** The runs of hooks as they are kept in the store, with the keys that a run has still to send. */
export interface Runs {
  /** Newest first. */
  list(target?: string): WarmRun[]
  get(id: string): WarmRun | null
  keysOf(id: string): KeyItem[] | null
  begin(run: WarmRun, keys: readonly KeyItem[]): void
  put(run: WarmRun): void
}

export function createRuns({ memory, bus, now }: { memory: Store['memory']; bus: Bus; now(): number }): Runs {
  const told = new Map<string, { state: string; at: number }>()

  function put(run: WarmRun): void {
    memory.put(WARM_RUN_PREFIX + run.id, run)
    if (run.state === 'ended') memory.delete(KEYS_PREFIX + run.id)
    const before = told.get(run.id)
    const state = `${run.state} ${run.held ?? ''} ${run.measured !== undefined}`
    if (before && before.state === state && now() - before.at < TOLD_MS) return
    told.set(run.id, { state, at: now() })
    bus.emit({ type: 'warming', run })
  }

  const list = (target?: string): WarmRun[] =>
    memory
      .keys(WARM_RUN_PREFIX)
      .flatMap((key) => memory.get<WarmRun>(key) ?? [])
      .filter((run) => target === undefined || run.target === target)
      .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))

  return {
    list,
    get: (id) => memory.get<WarmRun>(WARM_RUN_PREFIX + id),
    keysOf: (id) => memory.get<KeyItem[]>(KEYS_PREFIX + id),
    begin(run, keys) {
      for (const { id } of list(run.target).slice(KEPT - 1)) {
        memory.delete(WARM_RUN_PREFIX + id)
        memory.delete(KEYS_PREFIX + id)
        told.delete(id)
      }
      // First the keys: a run without them could not go on.
      memory.put(KEYS_PREFIX + run.id, keys)
      put(run)
    },
    put,
  }
}
