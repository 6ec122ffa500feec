import { expect, test } from 'vitest'
import { noBrowsers } from '../../../test/receiver.ts'
import type { Notice } from '../../model/notice.ts'
import type { AnyNotifier } from '../../model/notifier.ts'
import { createStore } from '../../store/store.ts'
import { createDeliver, retryAfterMs } from './deliver.ts'
import { createNotificationLog } from './notificationLog.ts'
import { createOutbox } from './outbox.ts'

const notice = (receiver: string): Notice => ({ receiver, status: 'firing', groupLabels: {}, externalUrl: '', findings: [] })
const store = () => createStore({ path: ':memory:' })

test('in order for each story: only its oldest is due, and none while that one waits', () => {
  const one = store()
  const outbox = createOutbox(one)
  for (const at of [1, 2]) for (const [name, channel] of [['ops', 0], ['ops', 1], ['dev', 0]] as const) outbox.put({ notice: notice(name), channel }, 'slack', at) // biome-ignore format: one line
  const due = (at: number) =>
    outbox
      .due(at)
      .map(({ lane, delivery }) => `${lane} ${delivery.at}`)
      .sort()
  expect(due(5)).toEqual(['dev/0 1', 'ops/0 1', 'ops/1 1'])
  const first = outbox.due(5).find(({ lane }) => lane === 'ops/0')
  outbox.postpone({ ...first!.delivery, nextAt: 9 })
  expect(due(5)).toEqual(['dev/0 1', 'ops/1 1'])
  outbox.stepClock(100)
  expect(due(108)).toEqual(['dev/0 101', 'ops/1 101'])
  expect(due(109)).toHaveLength(3)
  outbox.settle({ ...first!.delivery, state: 'delivered' })
  expect(due(109)).toContain('ops/0 102')
  outbox.sweep(1_000)
  expect(one.deliveries.list()).toHaveLength(5)
})

test('notices of one moment are sent in the order in which they were put', () => {
  const outbox = createOutbox(store())
  for (const status of ['firing', 'resolved'] as const) outbox.put({ notice: { ...notice('ops'), status }, channel: 0 }, 'slack', 1)
  expect(outbox.due(1).map(({ delivery }) => delivery.status)).toEqual(['firing'])
})

test('what an earlier version has left to send, and has told, is known', async () => {
  const one = store()
  one.memory.put('outbox/d1', { notice: notice('ops'), channel: 0 })
  one.deliveries.put({ id: 'd1', receiver: 'ops', channel: 'fake', at: 1, findings: [], status: 'firing', state: 'queued', attempts: 3, nextAt: 1 }) // biome-ignore format: one line
  one.memory.put('said/0-abc/{target="a"}', { firing: ['f'], at: 5 })
  const outbox = createOutbox(one)
  expect(outbox.due(1)).toMatchObject([{ lane: 'ops/0', entry: { channel: 0 } }])
  const log = createNotificationLog(one)
  expect([...log.entries('0-abc')]).toEqual([['{target="a"}', { firing: ['f'], at: 5 }]])
})

test('a notice that is not taken holds up its own story alone; fewer tries go first', () => {
  const one = store()
  const outbox = createOutbox(one)
  const put = (groupKey: string, finding: string, at: number) =>
    outbox.put({ notice: { ...notice('ops'), groupKey, findings: [{ id: finding }] as Notice['findings'] }, channel: 0 }, 'slack', at)
  put('g1', 'a', 1)
  put('g1', 'b', 2)
  put('g2', 'c', 3)
  // A digest of what waits in the first group, and what ends after it.
  put('digest', 'a', 4)
  const due = (at: number) => outbox.due(at).map(({ entry, delivery }) => `${entry?.notice.groupKey} ${delivery.findings}`)
  expect(due(5)).toEqual(['g1 a'])
  const [first] = outbox.due(5)
  outbox.postpone({ ...first!.delivery, attempts: 1, nextAt: 9 })
  expect(due(8)).toEqual(['g2 c'])
  // Both are due: that with fewer tries, though it came later.
  expect(due(9)).toEqual(['g2 c'])
  const [second] = outbox.due(9)
  outbox.settle({ ...second!.delivery, state: 'delivered' })
  expect(due(9)).toEqual(['g1 a'])
  outbox.settle({ ...first!.delivery, state: 'failed' })
  expect(due(9)).toEqual(['g1 b'])
})

test('Retry-After holds for all that the channel has to send, and moves with the clock', () => {
  const one = store()
  const outbox = createOutbox(one)
  for (const groupKey of ['g1', 'g2']) outbox.put({ notice: { ...notice('ops'), groupKey }, channel: 0 }, 'slack', 1)
  const [first] = outbox.due(1)
  outbox.postpone({ ...first!.delivery, attempts: 1, nextAt: 100, pausedUntil: 60 })
  expect(outbox.due(59)).toEqual([])
  expect(outbox.due(60)).toHaveLength(1)
  outbox.stepClock(1_000)
  expect(outbox.due(1_059)).toEqual([])
  expect(outbox.due(1_060).map(({ entry }) => entry?.notice.groupKey)).toEqual(['g2'])
})

test('retries come further and further apart, up to five minutes', () => {
  expect([0, 1, 2, 8, 9, 1_000].map(retryAfterMs)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000])
})

test('one try at a time for each channel', async () => {
  const one = store()
  const outbox = createOutbox(one)
  const tried: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow: AnyNotifier = {
    kind: 'slow',
    config: null as never,
    async notify(_config, { receiver }) {
      tried.push(receiver)
      await promise
      return { delivered: true, retry: false, answer: 'ok' }
    },
  }
  const receivers = ['ops', 'dev'].map((name) => ({ name, channels: [{ kind: 'slow', config: null }] }))
  const log = { info() {}, warn() {}, error() {} }
  const deliver = createDeliver({
    receivers: () => receivers,
    notifiers: [slow],
    outbox,
    deliveries: one.deliveries,
    browsers: noBrowsers,
    now: () => 1,
    log,
  })
  for (const name of ['ops', 'ops', 'dev']) outbox.put({ notice: notice(name), channel: 0 }, 'slow', 1)
  deliver.due(1)
  deliver.due(1)
  expect(tried.sort()).toEqual(['dev', 'ops'])
  resolve()
  await deliver.stop()
  expect(one.deliveries.list(({ state }) => state === 'delivered')).toHaveLength(2)
})
