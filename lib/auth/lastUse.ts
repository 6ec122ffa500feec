import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Store } from '../model/store.ts'
import { onSharedMemory } from './sharedMemory.ts'

const EVERY_MS = 60_000

/**
 * Last-use stamps, exact in memory and written at most once a minute: a stamp for each request would be a write for each request. A disk that is
 * full costs the stamp, not the request.
 */
export type LastUse = {
  at(id: string): number | null
  touch(id: string): void
  forget(id: string): void
  stepClock(step: ClockStep): void
}

export function createLastUse(store: Store, prefix: string, now: () => number): LastUse {
  const used = new Map<string, { at: number; written: number }>()
  onSharedMemory<number>(store, prefix, (id, at) => {
    if (at === null) used.delete(id)
    else if (at > (used.get(id)?.at ?? 0)) used.set(id, { at, written: at })
  })
  const read = (id: string) => {
    let found = used.get(id)
    if (!found) {
      const at = store.memory.get<number>(prefix + id)
      if (at === null) return null
      found = { at, written: at }
      used.set(id, found)
    }
    return found
  }
  return {
    at: (id) => read(id)?.at ?? null,
    touch(id) {
      const at = now()
      const written = read(id)?.written ?? null
      const due = written === null || Math.abs(at - written) >= EVERY_MS
      used.set(id, { at, written: due ? at : written })
      if (!due) return
      try {
        store.memory.put(prefix + id, at)
      } catch {
        // Tried again in a minute.
      }
    },
    stepClock(step) {
      for (const key of store.memory.keys(prefix)) read(key.slice(prefix.length))
      for (const [id, before] of used) {
        const at = movedDate(before.at, step)
        if (at === before.at) continue
        used.set(id, { at, written: at })
        store.memory.put(prefix + id, at)
      }
    },
    forget(id) {
      used.delete(id)
      store.memory.delete(prefix + id)
    },
  }
}
