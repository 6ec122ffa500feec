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
  get(route: string, group: string): LogEntry
  put(route: string, group: string, entry: LogEntry): void
  /** Names of the route's groups that have an entry. */
  groups(route: string): string[]
  stepClock(byMs: number): void
}

/** In the store, as earlier versions wrote it. */
const PREFIX = 'said/'
const NOTHING_SENT: LogEntry = { firing: [], at: 0 }

export function createNotificationLog({ memory }: Pick<Store, 'memory'>): NotificationLog {
  const keyOf = (route: string, group: string) => `${PREFIX}${route}/${group}`
  function put(key: string, entry: LogEntry): void {
    if (entry.firing.length === 0 && entry.dueAt === undefined) memory.delete(key)
    else memory.put(key, entry)
  }
  return {
    get: (route, group) => memory.get<LogEntry>(keyOf(route, group)) ?? NOTHING_SENT,
    put: (route, group, entry) => put(keyOf(route, group), entry),
    groups: (route) => memory.keys(keyOf(route, '')).map((key) => key.slice(keyOf(route, '').length)),
    stepClock(byMs) {
      for (const key of memory.keys(PREFIX)) {
        const { firing, at, dueAt } = memory.get<LogEntry>(key)!
        put(key, { firing, at: at > 0 ? at + byMs : 0, ...(dueAt !== undefined && { dueAt: dueAt + byMs }) })
      }
    },
  }
}
