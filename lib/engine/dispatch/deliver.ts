import type { Log } from '../../model/log.ts'
import type { Delivery, Notice } from '../../model/notice.ts'
import type { AnyNotifier } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'

export type Receivers = readonly { name: string; channels: readonly { kind: string; config: unknown }[] }[]

export type DeliverOptions = {
  receivers: Receivers
  notifiers: readonly AnyNotifier[]
  outbox: Outbox
  deliveries: Store['deliveries']
  now(): number
  log: Log
}

/** Delivery with retries: at most one try at a time for each channel, each with a deadline, further and further apart. */
export interface Deliver {
  /** Begins a try of all that is due; not waited for. */
  due(at: number): void
  /** One try now; answers the delivery after it. */
  once(delivery: Delivery, entry: OutboxEntry | null): Promise<Delivery>
  /** No new tries; resolves when those under way have ended, which is within their deadline. */
  stop(): Promise<void>
}

/** One try may take this long; `receivers/NAME/test` answers within ten seconds. */
const DEADLINE_MS = 9_000
const RETRY_FIRST_MS = 1_000
const RETRY_MAX_MS = 5 * 60_000
/** After a day nobody needs to hear that it fired. */
const RETRY_FOR_MS = 24 * 3_600_000

/** Exponential back-off: how long after a failed try the next one comes. */
export const retryAfterMs = (attempts: number): number => Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts, 20))

export function createDeliver({ receivers, notifiers, outbox, deliveries, now, log }: DeliverOptions): Deliver {
  const underWay = new Map<string, Promise<void>>()
  const stopping = new AbortController()

  function settle(delivery: Delivery): Delivery {
    const { state, receiver, channel, answer } = delivery
    if (state === 'failed') log.warn({ receiver, channel, answer }, 'a notice could not be delivered')
    return outbox.settle(delivery)
  }

  function send(channel: { kind: string; config: unknown }, notifier: AnyNotifier, notice: Notice) {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DEADLINE_MS)])
    return notifier.notify(channel.config, notice, signal).catch(() => ({ delivered: false, retry: true, answer: 'The channel failed.' }))
  }

  async function once(delivery: Delivery, entry: OutboxEntry | null): Promise<Delivery> {
    const channel = entry && receivers.find(({ name }) => name === delivery.receiver)?.channels[entry.channel]
    const notifier = channel && notifiers.find(({ kind }) => kind === channel.kind)
    if (!entry || !channel || !notifier)
      return settle({ ...delivery, state: 'failed', answer: 'This receiver or channel is no longer configured.' })
    const { delivered, retry, answer } = await send(channel, notifier, entry.notice)
    // Cut off by our own end: it has not been tried, and the next start tries it.
    if (!delivered && stopping.signal.aborted) return delivery
    // Read anew: the clock may have been set meanwhile.
    const { at } = deliveries.get(delivery.id) ?? delivery
    const tried: Delivery = { ...delivery, at, attempts: delivery.attempts + 1, answer }
    if (delivered) return settle({ ...tried, state: 'delivered' })
    if (!retry || delivery.status === 'test' || now() - at > RETRY_FOR_MS) return settle({ ...tried, state: 'failed' })
    const waiting = { ...tried, nextAt: now() + retryAfterMs(delivery.attempts) }
    outbox.postpone(waiting)
    return waiting
  }

  return {
    due(at) {
      for (const { delivery, entry, lane } of outbox.due(at)) {
        if (underWay.has(lane)) continue
        const trying: Promise<void> = once(delivery, entry)
          .then(() => {})
          .catch((error: unknown) => log.error({ delivery: delivery.id, error: String(error) }, 'a delivery could not be tried'))
          .finally(() => underWay.delete(lane))
        underWay.set(lane, trying)
      }
    },
    once,
    async stop() {
      stopping.abort()
      await Promise.all(underWay.values())
    },
  }
}
