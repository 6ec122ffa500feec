/** Mutual exclusion by key: work on one thing runs one after the other, in the order of the calls; work on different things runs side by side. */
export interface KeyedMutex {
  /** Runs `work` once everything that was called before it for this key has ended; a failure stops no later caller. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>
  isLocked(key: string): boolean
  /** Resolves when all that holds or waits for a lock now has ended. */
  idle(): Promise<void>
}

export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>()
  return {
    async run(key, work) {
      const own = (last.get(key) ?? Promise.resolve()).then(work, work)
      last.set(key, own)
      try {
        return await own
      } finally {
        if (last.get(key) === own) last.delete(key)
      }
    },
    isLocked: (key) => last.has(key),
    idle: async () => void (await Promise.allSettled(last.values())),
  }
}
