import type { Approval } from '../../model/approval.ts'
import type { Runtime } from '../runtime.ts'

/** The requests that this process is carrying out, by its runtime. */
const deciding = new WeakMap<object, Set<string>>()
const decidingIn = (runtime: object): Set<string> => {
  const known = deciding.get(runtime) ?? new Set<string>()
  deciding.set(runtime, known)
  return known
}

/** Answers what ends it. */
export function beginDeciding(runtime: object, id: string): () => void {
  decidingIn(runtime).add(id)
  return () => void decidingIn(runtime).delete(id)
}

export const isDeciding = (runtime: object, id: string): boolean => decidingIn(runtime).has(id)

type Decided = Pick<Approval, 'state' | 'change' | 'decidedBy' | 'decidedAt'>

/**
 * What became of a request, as the journal of changes says it, or null where nothing was carried out: the one place that knows, when the process that
 * applied it was killed, or has lost its lease and wakes. A change that failed before its watch has left nothing behind.
 */
export function carriedOut({ store, changes }: Pick<Runtime, 'store' | 'changes'>, id: string): Decided | null {
  const made = store.changes.list(({ approval, state, watchFrom }) => approval === id && !(state === 'failed' && watchFrom === undefined))
  if (made.some(({ state }) => state === 'applying')) return { state: 'applying' }
  const first = made.toSorted((a, b) => a.at - b.at)[0]
  if (first)
    return {
      state: 'approved',
      change: first.id,
      decidedAt: first.at,
      ...(first.approvedBy !== undefined && { decidedBy: first.approvedBy }),
    }
  return changes.courses().some(({ approval }) => approval === id) ? { state: 'approved' } : null
}
