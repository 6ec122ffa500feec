import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import push from 'web-push'
import { createBrowser, vapidOf } from '../../test/pushService.ts'
import { attempt, HOSTILE, noticeOf, type Play, type Receiver, startReceiver } from '../../test/receiver.ts'
import type { Browsers, PushSubscription } from '../model/notifier.ts'
import { webpush } from './webpush.ts'

const keys = push.generateVAPIDKeys()
let service: Receiver
let subscriptions: PushSubscription[] = []
const browsers: Browsers = {
  keys: () => keys,
  list: () => subscriptions,
  gone: (endpoint) => {
    subscriptions = subscriptions.filter((one) => one.endpoint !== endpoint)
  },
}
beforeAll(async () => {
  service = await startReceiver()
})
afterAll(() => service.close())
beforeEach(() => {
  service.got.length = 0
  service.always({ status: 201 })
})
const notified = (notice = noticeOf(['product:1']), more: Parameters<typeof attempt>[0] = {}) =>
  webpush.notify({}, notice, attempt({ browsers, ...more }))

test('is encrypted for the browser, signed by our key, and shows every name as it was typed', async () => {
  const phone = createBrowser(`${service.url}/push/phone`)
  subscriptions = [phone.subscription]
  for (const name of HOSTILE) {
    expect(await notified(noticeOf([name]))).toMatchObject({ delivered: true, retry: false, answer: 'HTTP 201' })
    const { path, headers, raw } = service.last()
    expect(path).toBe('/push/phone')
    expect(headers).toMatchObject({
      ttl: '86400',
      urgency: 'normal',
      'content-encoding': 'aes128gcm',
      topic: attempt().id.replaceAll('-', ''),
    })
    const { key, claims } = vapidOf(headers.authorization!)
    expect(key).toBe(keys.publicKey)
    expect(claims).toMatchObject({ aud: service.url, sub: 'https://keel.example' })
    const shown = JSON.parse(phone.decrypt(raw))
    expect(shown).toMatchObject({ path: '/findings/f0', tag: attempt().id })
    for (const part of [name, 'cache/hot-key', 'since 2026-11-26 21:40:05 UTC', '120 reads a second', 'split it in four', '/findings/f0']) expect(shown.body).toContain(part) // biome-ignore format: one line
  }
})

test('thirty findings stay below 4,096 bytes, and a critical one is urgent', async () => {
  subscriptions = [createBrowser(`${service.url}/push/phone`).subscription]
  await notified(noticeOf(Array.from({ length: 30 }, (_, index) => `${index}${'é<&'.repeat(100)}`)))
  expect(service.last().raw.byteLength).toBeLessThanOrEqual(4_096)
  expect(service.last().headers.urgency).toBe('high')
})

test('a subscription that has ended is forgotten, and is no failure while another is left', async () => {
  subscriptions = ['/a', '/b'].map((path) => createBrowser(service.url + path).subscription)
  service.play({ status: 410 })
  expect(await notified()).toMatchObject({ delivered: true })
  expect(subscriptions).toHaveLength(1)
  service.play({ status: 404 })
  expect(await notified()).toMatchObject({ delivered: false, retry: false })
  expect(subscriptions).toEqual([])
  expect(await notified()).toMatchObject({ delivered: false, retry: false, answer: 'No browser is subscribed.' })
})

test('a key that is none is forgotten too', async () => {
  subscriptions = [{ endpoint: service.url, keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16).toString('base64url') } }] // biome-ignore format: one line
  expect(await notified()).toMatchObject({ delivered: false, retry: false })
  expect(subscriptions).toEqual([])
  expect(service.got).toEqual([])
})

test('the next try goes only to those that were not reached', async () => {
  subscriptions = ['/a', '/b', '/c'].map((path) => createBrowser(service.url + path).subscription)
  service.play({ status: 503, headers: { 'retry-after': '3' } })
  const first = await notified()
  expect(first).toMatchObject({ delivered: false, retry: true, waitMs: 3_000 })
  expect(first.reached).toHaveLength(2)
  expect(await notified(undefined, { reached: first.reached! })).toMatchObject({ delivered: true })
  expect(service.got).toHaveLength(4)
})

test.each<[Play, object]>([
  [{ status: 400 }, { delivered: false, retry: false }],
  [
    { status: 429, headers: { 'retry-after': '7' } },
    { delivered: false, retry: true, waitMs: 7_000 },
  ],
  [{ status: 500 }, { delivered: false, retry: true }],
  ['reset', { delivered: false, retry: true }],
  ['garbage', { delivered: false, retry: true }],
  ['hang', { delivered: false, retry: true, answer: 'no answer in time' }],
])('after %j: %j', async (play, outcome) => {
  subscriptions = [createBrowser(`${service.url}/sesame`).subscription]
  service.play(play)
  const got = await notified(undefined, { signal: AbortSignal.timeout(play === 'hang' ? 100 : 5_000) })
  expect(got).toMatchObject(outcome)
  expect(JSON.stringify(got)).not.toContain('sesame')
})
