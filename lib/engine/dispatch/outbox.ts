import { randomUUID } from 'node:crypto'
import type { Delivery, Notice } from '../../model/notice.ts'
import type { Store } from '../../model/store.ts'

/** A notice that is still to be sent, beside its delivery. `channel`: which one of its receiver. */
export type OutboxEntry = { notice: Notice; channel: number }

/** A channel's queue: one try at a time, whatever becomes of those of others. */
export const laneOf = (receiver: string, channel: number | string): string => `${receiver}/${channel}`

export type Queued = { delivery: Delivery; entry: OutboxEntry | null; lane: string }

/** A transactional outbox: what is to be sent is stored with its fate, and survives `kill -9`. */
export interface Outbox {
  /** Put twice under one id it is one. */
  put(entry: OutboxEntry, channelKind: string, at: number, id?: string): void
  /**
   * What each channel sends next. In order for each finding and each group: the end of a story must not arrive before its beginning. A notice
   * that its receiver does not take holds up no other story.
   */
  due(at: number): Queued[]
  /** It is tried again later. */
  postpone(delivery: Delivery): void
  /** Its fate is final: the notice itself is dropped. */
  settle(delivery: Delivery): Delivery
  /** Forgets what was settled before `before` (epoch ms), a few at each call. */
  sweep(before: number): void
  stepClock(byMs: number): void
}

/** Each is a write of its own: after a long outage thousands would hold everything else up. */
const SWEPT_AT_ONCE = 100

export function createOutbox({ deliveries, memory }: Pick<Store, 'deliveries' | 'memory'>): Outbox {
  const keyOf = (id: string) => `outbox/${id}`
  /** Read once: an entry never changes, and thousands may wait for a receiver that is away, looked at each second. */
  const read = new Map<string, OutboxEntry | null>()
  function entryOf(id: string): OutboxEntry | null {
    const known = read.get(id)
    if (known !== undefined) return known
    const entry = memory.get<OutboxEntry>(keyOf(id))
    read.set(id, entry)
    return entry
  }
  return {
    put(entry, channel, at, id = randomUUID()) {
      if (deliveries.get(id)) return
      const { receiver, status, findings } = entry.notice
      // The entry first: a delivery without one could never be sent.
      memory.put(keyOf(id), entry)
      deliveries.put({
        id,
        receiver,
        channel,
        at,
        findings: findings.map((finding) => finding.id),
        status,
        state: 'queued',
        attempts: 0,
        nextAt: at,
      })
    },
    due(at) {
      // The list is the newest first; those of one moment stay in the order in which they were put.
      const queued = deliveries
        .list(({ state, status }) => state === 'queued' && status !== 'test')
        .reverse()
        .sort((a, b) => a.at - b.at)
      const lanes = new Map<string, Queued[]>()
      for (const delivery of queued) {
        const entry = entryOf(delivery.id)
        const lane = laneOf(delivery.receiver, entry?.channel ?? delivery.channel)
        const others = lanes.get(lane)
        if (others) others.push({ delivery, entry, lane })
        else lanes.set(lane, [{ delivery, entry, lane }])
      }
      return [...lanes.values()].flatMap((lane) => nextOf(lane, at) ?? [])
    },
    postpone: (delivery) => deliveries.put(delivery),
    settle({ nextAt: _, reached: __, pausedUntil: ___, ...delivery }) {
      deliveries.put(delivery)
      memory.delete(keyOf(delivery.id))
      read.delete(delivery.id)
      return delivery
    },
    sweep(before) {
      const settled = deliveries.list(({ state, at }) => state !== 'queued' && at < before)
      for (const { id } of settled.slice(-SWEPT_AT_ONCE)) deliveries.delete(id)
    },
    stepClock(byMs) {
      for (const delivery of deliveries.list(({ state }) => state === 'queued')) {
        const { at, nextAt, pausedUntil } = delivery
        deliveries.put({
          ...delivery,
          at: at + byMs,
          ...(nextAt !== undefined && { nextAt: nextAt + byMs }),
          ...(pausedUntil !== undefined && { pausedUntil: pausedUntil + byMs }),
        })
      }
    },
  }
}

/** The channel's next try: the beginning of a story, that with the fewest tries first, so that one which is refused each time starves no other. */
function nextOf(lane: readonly Queued[], at: number): Queued | null {
  if (lane.some(({ delivery }) => (delivery.pausedUntil ?? 0) > at)) return null
  const [next] = beginningsOf(lane)
    .filter(({ delivery }) => (delivery.nextAt ?? 0) <= at)
    .sort((a, b) => a.delivery.attempts - b.delivery.attempts)
  return next ?? null
}

/** Those before which nothing waits that is about the same group or one of the same findings. */
function beginningsOf(lane: readonly Queued[]): Queued[] {
  const waits = new Set<string>()
  return lane.filter(({ delivery, entry }) => {
    // What an older version left has no key: it stays in its order.
    const about = [`group ${entry?.notice.groupKey}`, ...delivery.findings.map((id) => `finding ${id}`)]
    const free = !about.some((one) => waits.has(one))
    for (const one of about) waits.add(one)
    return free
  })
}
