import { randomUUID } from 'node:crypto'
import type { Log } from '../../model/log.ts'
import type { Delivery, Notice } from '../../model/notice.ts'
import type { AnyNotifier, Browsers, Outcome } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import { laneOf, type Outbox, type OutboxEntry } from './outbox.ts'

export type Receivers = readonly { name: string; channels: readonly { kind: string; config: unknown }[] }[]

export type DeliverOptions = {
  /** Those of the moment. */
  receivers(): Receivers
  notifiers: readonly AnyNotifier[]
  outbox: Outbox
  deliveries: Store['deliveries']
  browsers: Browsers
  now(): number
  log: Log
}

/** Delivery with retries: at most one try at a time for each channel, each with a deadline, further and further apart. */
export interface Deliver {
  /** Begins a try of all that is due; not waited for. */
  due(at: number): void
  /** One try now; answers the delivery after it. */
  once(delivery: Delivery, entry: OutboxEntry | null, among?: Receivers): Promise<Delivery>
  /** Sends a notice beside the outbox, unless its channel has something to send: then that is newer. Lost when it fails: the next one tells the same. */
  refresh(receiver: string, channel: number, notice: Notice): void
  /** No new tries; resolves when those under way have ended, which is within their deadline. */
  stop(): Promise<void>
}

/** One try may take this long; `receivers/NAME/test` answers within ten seconds. */
const DEADLINE_MS = 9_000
const RETRY_FIRST_MS = 1_000
const RETRY_MAX_MS = 5 * 60_000
/** After a day nobody needs to hear that it fired. */
const RETRY_FOR_MS = 24 * 3_600_000

/** A notice that has reached some of several (browsers, incidents) holds up the next one no longer than this: half a minute. */
const PARTLY_TRIES = 6

type Tried = Pick<Delivery, 'id' | 'reached'>

/** Exponential back-off: how long after a failed try the next one comes. */
export const retryAfterMs = (attempts: number): number => Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts, 20))

export function createDeliver({ receivers, notifiers, outbox, deliveries, browsers, now, log }: DeliverOptions): Deliver {
  const underWay = new Map<string, Promise<void>>()
  const stopping = new AbortController()

  function settle(delivery: Delivery): Delivery {
    const { state, receiver, channel, answer } = delivery
    if (state === 'failed') log.warn({ receiver, channel, answer }, 'a notice could not be delivered')
    return outbox.settle(delivery)
  }

  async function send(
    { id, reached = [] }: Tried,
    channel: { kind: string; config: unknown },
    notifier: AnyNotifier,
    notice: Notice,
  ): Promise<Outcome> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DEADLINE_MS)])
    try {
      return await notifier.notify(channel.config, notice, { id, at: now(), signal, browsers, reached })
    } catch {
      return { delivered: false, retry: true, answer: 'The channel failed.' }
    }
  }

  async function once(delivery: Delivery, entry: OutboxEntry | null, among = receivers()): Promise<Delivery> {
    // By its kind: the receiver may have been edited since, and its channels have other places.
    const channel = entry && among.find(({ name }) => name === delivery.receiver)?.channels.find(({ kind }) => kind === delivery.channel)
    const notifier = channel && notifiers.find(({ kind }) => kind === channel.kind)
    if (!entry || !channel || !notifier)
      return settle({ ...delivery, state: 'failed', answer: 'This receiver or channel is no longer configured.' })
    const { delivered, retry, answer, waitMs, reached } = await send(delivery, channel, notifier, entry.notice)
    // Cut off by our own end: it has not been tried, and the next start tries it.
    if (!delivered && stopping.signal.aborted) return delivery
    // Read anew: the clock may have been set meanwhile.
    const { at } = deliveries.get(delivery.id) ?? delivery
    const tried: Delivery = { ...delivery, at, attempts: delivery.attempts + 1, answer, ...(reached && { reached }) }
    if (delivered || (reached?.length && tried.attempts >= PARTLY_TRIES)) return settle({ ...tried, state: 'delivered' })
    if (!retry || delivery.status === 'test' || now() - at > RETRY_FOR_MS) return settle({ ...tried, state: 'failed' })
    const waiting: Delivery = { ...tried, nextAt: now() + Math.max(waitMs ?? 0, retryAfterMs(delivery.attempts)) }
    if (waitMs !== undefined) waiting.pausedUntil = now() + waitMs
    outbox.postpone(waiting)
    return waiting
  }

  function begin(lane: string, about: object, work: () => Promise<unknown>): void {
    const trying: Promise<void> = work()
      .then(() => {})
      .catch((error: unknown) => log.error({ ...about, error: String(error) }, 'a delivery could not be tried'))
      .finally(() => underWay.delete(lane))
    underWay.set(lane, trying)
  }

  async function refresh(receiver: string, index: number, notice: Notice): Promise<void> {
    const channel = receivers().find(({ name }) => name === receiver)?.channels[index]
    const notifier = notifiers.find(({ kind }) => kind === channel?.kind)
    if (!channel || !notifier) return
    const { delivered, answer } = await send({ id: randomUUID() }, channel, notifier, notice)
    if (!delivered && !stopping.signal.aborted)
      log.warn({ receiver, channel: channel.kind, answer }, 'what still fires could not be sent again')
  }

  return {
    due(at) {
      for (const { delivery, entry, lane } of outbox.due(at))
        if (!underWay.has(lane)) begin(lane, { delivery: delivery.id }, () => once(delivery, entry))
    },
    once,
    refresh(receiver, channel, notice) {
      const lane = laneOf(receiver, channel)
      if (underWay.has(lane) || outbox.due(Number.POSITIVE_INFINITY).some((queued) => queued.lane === lane)) return
      begin(lane, { receiver }, () => refresh(receiver, channel, notice))
    },
    async stop() {
      stopping.abort()
      await Promise.all(underWay.values())
    },
  }
}
