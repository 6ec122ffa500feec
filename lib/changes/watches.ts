import type { BreachedSince } from './guards.ts'
import type { Drifted } from './undo.ts'

/** The state of one watch between two ticks. It is held in memory alone: a new start begins it anew. */
export type Watch = {
  breached: BreachedSince
  /** The guards, by their index, of which it was said that siblings pass the limit too. */
  told: Set<number>
  /** When the live values were last read (epoch ms). */
  readAt: number
  /** What the last read showed of a change that is awaited, and when (epoch ms); null until one has answered. */
  seen: { live: ReadonlyMap<string, string>; at: number } | null
  drifted: Drifted[]
  reading: boolean
  /** A crash interrupted its roll-back: a file may hold its old text again although its server has not loaded it yet. */
  interrupted: boolean
  /** When its roll-back last failed because nothing could be written down (epoch ms). */
  unsavedAt: number
}

export interface Watches {
  /** The watch of a change; it is made the first time. */
  of(id: string): Watch
  breachedSince(id: string): BreachedSince
  end(id: string): void
  /** Moves the times along when the clock was set, so that what has lasted 3 s still has. */
  stepClock(byMs: number): void
}

export function createWatches(now: () => number): Watches {
  const watches = new Map<string, Watch>()
  return {
    of(id) {
      const watch = watches.get(id) ?? {
        breached: new Map(),
        told: new Set<number>(),
        readAt: now(),
        seen: null,
        drifted: [],
        reading: false,
        interrupted: false,
        unsavedAt: Number.NEGATIVE_INFINITY,
      }
      watches.set(id, watch)
      return watch
    },
    breachedSince: (id) => watches.get(id)?.breached ?? new Map(),
    end: (id) => void watches.delete(id),
    stepClock(byMs) {
      for (const watch of watches.values()) {
        watch.readAt += byMs
        watch.unsavedAt += byMs
        if (watch.seen) watch.seen = { ...watch.seen, at: watch.seen.at + byMs }
        watch.breached = new Map([...watch.breached].map(([guard, since]) => [guard, since + byMs]))
      }
    },
  }
}
