import type { Store } from '../../model/store.ts'
import type { LimitState } from './limit.ts'
import type { LimitLog } from './limitLog.ts'
import type { LogEntry, NotificationLog } from './notificationLog.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'

/** What one plan of a route writes: notices for the outbox, by ids that are given before, and what the route remembers of them. */
export type Written = {
  route: string
  notices: { id: string; entry: OutboxEntry; kind: string; at: number }[]
  log: [group: string, entry: LogEntry][]
  limit: LimitState
}

/**
 * A redo log: all that a plan writes is one row before it is many. A crash between two of them is finished at the next start, so that no notice is
 * enqueued and not remembered, which would tell it twice, or remembered and not enqueued, which would never tell it.
 */
export interface RedoLog {
  write(written: Written): void
  /** Finishes what a crash has left, of this process or of another that sent notices before. */
  finish(): void
}

const KEY = 'outbox-plan'

export function createRedoLog(
  memory: Store['memory'],
  { outbox, notificationLog, limitLog }: { outbox: Outbox; notificationLog: NotificationLog; limitLog: LimitLog },
): RedoLog {
  function apply({ route, notices, log, limit }: Written): void {
    for (const { id, entry, kind, at } of notices) outbox.put(entry, kind, at, id)
    for (const [group, entry] of log) notificationLog.put(route, group, entry)
    limitLog.put(route, limit)
  }
  return {
    finish() {
      const left = memory.get<Written>(KEY)
      if (!left) return
      apply(left)
      memory.delete(KEY)
    },
    write(written) {
      if (written.notices.length === 0) return apply(written)
      memory.put(KEY, written)
      apply(written)
      memory.delete(KEY)
    },
  }
}
