import { randomUUID } from 'node:crypto'
import type { Delivery, Notice } from '../../model/notice.ts'
import type { Store } from '../../model/store.ts'

/** A notice that is still to be sent, beside its delivery. `channel`: which one of its receiver. */
export type OutboxEntry = { notice: Notice; channel: number }

/** A channel's queue: its notices are sent in order, one at a time, whatever becomes of those of others. */
export const laneOf = (receiver: string, channel: number | string): string => `${receiver}/${channel}`

/** A transactional outbox: what is to be sent is stored with its fate, and survives `kill -9`. */
export interface Outbox {
  put(entry: OutboxEntry, channelKind: string, at: number): void
  /** The oldest delivery of each channel that is due. In order for each channel: the end of a story must not arrive before its beginning. */
  due(at: number): { delivery: Delivery; entry: OutboxEntry | null; lane: string }[]
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
  const entryOf = (id: string) => memory.get<OutboxEntry>(keyOf(id))
  return {
    put(entry, channel, at) {
      const id = randomUUID()
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
      const heads = new Map<string, { delivery: Delivery; entry: OutboxEntry | null; lane: string }>()
      for (const delivery of queued) {
        const entry = entryOf(delivery.id)
        const lane = laneOf(delivery.receiver, entry?.channel ?? delivery.channel)
        if (!heads.has(lane)) heads.set(lane, { delivery, entry, lane })
      }
      return [...heads.values()].filter(({ delivery }) => (delivery.nextAt ?? 0) <= at)
    },
    postpone: (delivery) => deliveries.put(delivery),
    settle({ nextAt: _, reached: __, ...delivery }) {
      deliveries.put(delivery)
      memory.delete(keyOf(delivery.id))
      return delivery
    },
    sweep(before) {
      const settled = deliveries.list(({ state, at }) => state !== 'queued' && at < before)
      for (const { id } of settled.slice(-SWEPT_AT_ONCE)) deliveries.delete(id)
    },
    stepClock(byMs) {
      for (const delivery of deliveries.list(({ state }) => state === 'queued')) {
        const { at, nextAt } = delivery
        deliveries.put({ ...delivery, at: at + byMs, ...(nextAt !== undefined && { nextAt: nextAt + byMs }) })
      }
    },
  }
}
