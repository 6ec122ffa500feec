import type { Store } from '../../model/store.ts'
import { type LimitState, UNUSED } from './limit.ts'

/** How far each route's limit is used up: it survives a restart, so that none gives a route its limit anew. */
export interface LimitLog {
  get(route: string): LimitState
  put(route: string, state: LimitState): void
  stepClock(byMs: number): void
}

const PREFIX = 'limit/'

export function createLimitLog({ memory }: Pick<Store, 'memory'>): LimitLog {
  const keyOf = (route: string) => `${PREFIX}${route}`
  return {
    get: (route) => memory.get<LimitState>(keyOf(route)) ?? UNUSED,
    put(route, state) {
      const before = memory.get<LimitState>(keyOf(route)) ?? UNUSED
      if (state.sentAt.length === 0 && state.digestAt === undefined) {
        if (before !== UNUSED) memory.delete(keyOf(route))
      } else if (state.sentAt.at(-1) !== before.sentAt.at(-1) || state.digestAt !== before.digestAt) memory.put(keyOf(route), state)
    },
    stepClock(byMs) {
      for (const key of memory.keys(PREFIX)) {
        const { sentAt, digestAt, digests } = memory.get<LimitState>(key)!
        const moved = sentAt.map((at) => at + byMs)
        memory.put(key, { sentAt: moved, digests, ...(digestAt !== undefined && { digestAt: digestAt + byMs }) })
      }
    },
  }
}
