import { expect, test } from 'vitest'
import type { Delivery } from '../../model/notice.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { listReceivers } from './receivers.ts'

const delivery = (id: string, at: number, channel: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  receiver: 'ops',
  channel,
  at,
  findings: [],
  status: 'firing',
  state: 'delivered',
  attempts: 1,
  answer: 'HTTP 200',
  ...more,
})

test('a receiver has the newest delivery of each of its channels, with the reason', () => {
  const store = createStore({ path: ':memory:' })
  store.deliveries.put(delivery('a', 1_000, 'slack'))
  store.deliveries.put(delivery('b', 2_000, 'slack', { state: 'failed', answer: 'HTTP 404' }))
  store.deliveries.put(delivery('c', 3_000, 'slack', { receiver: 'dev' }))
  store.deliveries.put(delivery('d', 500, 'ntfy', { state: 'queued', answer: undefined }))
  const channels = ['slack', 'ntfy', 'email'].map((kind) => ({ kind, config: {} }))
  const runtime = { store, config: { receivers: [{ name: 'ops', channels }] } } as unknown as Runtime
  const [ops] = listReceivers(runtime).items
  expect(ops).toMatchObject({ name: 'ops', channels: ['slack', 'ntfy', 'email'], last: [{ id: 'b', reason: 'HTTP 404', answer: 'HTTP 404' }, { id: 'd' }] }) // biome-ignore format: one line
  expect(ops!.last[1]).not.toHaveProperty('reason')
})
