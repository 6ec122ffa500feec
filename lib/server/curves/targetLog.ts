import type { Change } from '../../model/change.ts'
import { globMatches } from '../../model/glob.ts'
import { parseSetting } from '../../model/setting.ts'
import type { Store } from '../../model/store.ts'
import type { TtlPolicy } from '../../model/topology.ts'
import type { LogQuestion } from '../references/readLog.ts'
import type { Runtime } from '../runtime.ts'

const STEPS = 300
const STEP_LEAST_MS = 1_000
/** Settings of a server by which other keys are there: its memory and rule of eviction, when keys end, which slots it has. Not its logs. */
const OF_KEYS = /^(config\/(maxmemory|lfu-)|limit_maxbytes|expiry\/|slots\/)/

type At = Pick<Runtime, 'references' | 'store' | 'now'> & { engine: Pick<Runtime['engine'], 'topology'> }

/**
 * Which references of a target count: all that are kept, or, where its memory, its rule of eviction or a TTL of its keys was changed
 * meanwhile, so many that their second half, which is held beside what is measured, is of the cache as it is now.
 */
export function targetLog({ references, store, engine, now }: At, target: string): LogQuestion {
  const at = now()
  const kept = at - (references.settings(target)?.keep ?? 0)
  const changed = Math.max(limitChangedAt(store, target, kept, at) ?? kept, writtenAt(store, target, engine.topology().ttls) ?? kept)
  const since = changed <= kept ? kept : Math.max(kept, 2 * changed - at)
  return { folder: references.folder(target), since, evicts: evicted(store, target, since, at) }
}

function evicted(store: Pick<Store, 'query'>, target: string, from: number, to: number): boolean {
  const stepMs = Math.max(STEP_LEAST_MS, Math.ceil((to - from) / STEPS))
  const points = store.query({ metric: 'cache_evictions_total', labels: { target }, from, to, stepMs, rate: true })[0]?.points ?? []
  return points.some(([, perSecond]) => perSecond !== null && perSecond > 0)
}

/** When the limit of a target's memory became what it is; null: it was so from `from` on, or is not known. */
export function limitChangedAt(store: Pick<Store, 'query'>, target: string, from: number, to: number): number | null {
  const stepMs = Math.max(STEP_LEAST_MS, Math.ceil((to - from) / STEPS))
  const points = store.query({ metric: 'cache_memory_max_bytes', labels: { target }, from, to, stepMs })[0]?.points ?? []
  const newest = points.findLast(([, value]) => value !== null)?.[1]
  const before = points.findLast(([, value]) => value !== null && value !== newest)
  return before ? before[0] + stepMs : null
}

/** When a change last wrote what decides which keys a target holds, or was rolled back; null: none did. */
function writtenAt(store: Pick<Store, 'changes' | 'records'>, target: string, ttls: readonly TtlPolicy[]): number | null {
  const patterns = store.records('key-pattern', target).map(({ pattern }) => pattern)
  const holds = (ttl: string) => {
    const policy = ttls.find(({ name }) => name === ttl)
    return policy !== undefined && (patterns.length === 0 || patterns.some((pattern) => globMatches(policy.match, pattern)))
  }
  const touches = ({ steps }: Change) =>
    steps.some(({ setting }) => {
      const { of, name } = parseSetting(setting)
      return 'ttl' in of ? holds(of.ttl) : 'target' in of && !('pool' in of) && of.target === target && OF_KEYS.test(name)
    })
  const times = store.changes.list(touches).flatMap((change) => (change.state === 'rolled_back' ? change.endedAt : change.watchFrom) ?? [])
  return times.length === 0 ? null : Math.max(...times)
}
