import type { AuditEntry } from '../../model/audit.ts'
import type { Log } from '../../model/log.ts'
import type { AuditLog, Memory } from '../../model/store.ts'
import { reasonOf, type Sink } from './sink.ts'

export type ShipperState = { to: Sink['name']; seq: number; failing: { since: number; because: string } | null }
export interface Shipper {
  state(): ShipperState
  /** There may be new entries. */
  wake(): void
  /** Sends what is left, for as long as `ms` at most. */
  close(ms: number): Promise<void>
}

type Options = {
  sink: Sink
  audit: Pick<AuditLog, 'since' | 'head'>
  /** Where the number of the newest entry that has surely arrived is kept, under `key`. */
  memory: Pick<Memory, 'get' | 'put'>
  key: string
  /** Whether this process sends: of several that share the log one does. */
  leads(): boolean
  now(): number
  monotonic(): number
  log: Log
  everyMs?: number
}

const BATCH = 100
const EVERY_MS = 1_000
const BACKOFF_MAX_MS = 60_000

/**
 * Delivers the audit log to one receiver, in order and at least once: the outbox is the log itself, with a position that is kept in the store.
 * Nobody waits for it; what was not settled when a connection ended or the process was killed is sent again.
 */
export function createShipper({ sink, audit, memory, key, leads, now, monotonic, log, everyMs = EVERY_MS }: Options): Shipper {
  const kept = () => memory.get<number>(key) ?? 0
  /** The newest entry that was handed over; null before it is known where to go on. */
  let sent: number | null = null
  /** Handed over, and not settled yet: by the monotonic clock. */
  let unsettled: { seq: number; at: number }[] = []
  let failing: { since: number; because: string } | null = null
  let backoffMs = 0
  let running: Promise<void> | null = null
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function settle(): void {
    if (unsettled.length > 0 && !sink.holds()) {
      // What was on its way may be lost: once more from where it is certain.
      unsettled = []
      sent = null
      return
    }
    const due = unsettled.filter(({ at }) => monotonic() - at >= sink.settlesMs)
    if (due.length === 0) return
    unsettled = unsettled.slice(due.length)
    memory.put(key, due.at(-1)!.seq)
  }

  async function start(): Promise<number> {
    const position = Math.min(kept(), audit.head().seq)
    const has = await sink.has?.()
    if (!has || has.seq <= position) return position
    const [same] = await audit.since(has.seq - 1, 1)
    return same?.seq === has.seq && same.hash === has.hash ? has.seq : position
  }

  async function ship(): Promise<void> {
    for (;;) {
      settle()
      if (!leads()) {
        sent = null
        unsettled = []
        return
      }
      sent ??= await start()
      const entries: AuditEntry[] = await audit.since(sent, BATCH)
      const last = entries.at(-1)
      if (!last) return
      await sink.take(entries)
      sent = last.seq
      unsettled.push({ seq: last.seq, at: monotonic() })
      recovered()
    }
  }

  function recovered(): void {
    if (failing) log.info({ to: sink.name }, 'the copy of the audit log goes on')
    failing = null
    backoffMs = 0
  }

  function failed(error: unknown): void {
    sent = null
    unsettled = []
    const because = reasonOf(error)
    if (failing?.because !== because) log.error({ to: sink.name, because }, 'the audit log cannot be copied; it is tried again')
    failing = { since: failing?.since ?? now(), because }
    backoffMs = Math.min(BACKOFF_MAX_MS, Math.max(everyMs, 2 * backoffMs))
  }

  function round(): Promise<void> {
    running ??= ship()
      .catch(failed)
      .finally(() => {
        running = null
        schedule(failing ? backoffMs : everyMs)
      })
    return running
  }
  function schedule(ms: number): void {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => void round(), ms)
    timer.unref()
  }
  schedule(0)

  return {
    state: () => ({ to: sink.name, seq: sent ?? kept(), failing }),
    wake() {
      if (!closed && !failing && !running) schedule(0)
    },
    async close(ms) {
      closed = true
      clearTimeout(timer)
      const rest = (async () => {
        await running
        if (!failing) await round()
      })()
      await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, ms).unref())])
      sink.close()
    },
  }
}
