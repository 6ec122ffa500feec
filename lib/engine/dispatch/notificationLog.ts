import type { Store } from '../../model/store.ts'

/** One group's entry: what its last notice held. `firing`: ids of the alerts that were sent and have not been resolved since. */
export type LogEntry = {
  firing: string[]
  /** Epoch ms of the last notice; 0 before the first. */
  at: number
  /** Until when the group waits for more findings before its notice is sent (epoch ms). */
  dueAt?: number
}

/** The notification log: it survives a restart, so that no notice is sent twice or never. */
export interface NotificationLog {
  /** The route's groups that have an entry, by name. */
  entries(route: string): Map<string, LogEntry>
  put(route: string, group: string, entry: LogEntry): void
  stepClock(byMs: number): void
}

/** In the store, as earlier versions wrote it. */
const PREFIX = 'said/'

export function createNotificationLog({ memory }: Pick<Store, 'memory'>): NotificationLog {
  const keyOf = (route: string, group: string) => `${PREFIX}${route}/${group}`
  function put(key: string, entry: LogEntry): void {
    if (entry.firing.length === 0 && entry.dueAt === undefined) memory.delete(key)
    else memory.put(key, entry)
  }
  return {
    entries: (route) =>
      new Map(memory.keys(keyOf(route, '')).map((key) => [key.slice(keyOf(route, '').length), memory.get<LogEntry>(key)!])),
    put: (route, group, entry) => put(keyOf(route, group), entry),
    stepClock(byMs) {
      for (const key of memory.keys(PREFIX)) {
        const { firing, at, dueAt } = memory.get<LogEntry>(key)!
        put(key, { firing, at: at > 0 ? at + byMs : 0, ...(dueAt !== undefined && { dueAt: dueAt + byMs }) })
      }
    },
  }
}
