import type { Store } from '../../model/store.ts'
import type { LogQuestion } from '../references/readLog.ts'
import type { Runtime } from '../runtime.ts'

const STEPS = 300
const STEP_LEAST_MS = 1_000

/**
 * Which references of a target count: all that are kept, or, where its limit of memory was changed meanwhile, so many that their second half,
 * which is held beside what is measured, is of the cache as it is now.
 */
export function targetLog({ references, store, now }: Pick<Runtime, 'references' | 'store' | 'now'>, target: string): LogQuestion {
  const at = now()
  const kept = at - (references.settings(target)?.keep ?? 0)
  const changed = limitChangedAt(store, target, kept, at)
  return { folder: references.folder(target), since: changed === null ? kept : Math.max(kept, 2 * changed - at) }
}

/** When the limit of a target's memory became what it is; null: it was so from `from` on, or is not known. */
export function limitChangedAt(store: Pick<Store, 'query'>, target: string, from: number, to: number): number | null {
  const stepMs = Math.max(STEP_LEAST_MS, Math.ceil((to - from) / STEPS))
  const points = store.query({ metric: 'cache_memory_max_bytes', labels: { target }, from, to, stepMs })[0]?.points ?? []
  const newest = points.findLast(([, value]) => value !== null)?.[1]
  const before = points.findLast(([, value]) => value !== null && value !== newest)
  return before ? before[0] + stepMs : null
}
