import { afterEach, expect, test, vi } from 'vitest'
import { locate } from '../lib/rings/placement.ts'
import type { FollowerLink } from './document.ts'
import { followRing, followTtls, type RingDocument } from './index.ts'

/** A Redis of two maps that can be made to fail. */
function memoryLink() {
  const keys = new Map<string, string>()
  const hashes = new Map<string, Map<string, string>>()
  const listeners = new Map<string, (message: string) => void>()
  const state = { down: false }
  const answer = async <T>(value: T): Promise<T> => {
    if (state.down) throw new Error('down')
    return value
  }
  const link: FollowerLink = {
    get: (key) => answer(keys.get(key) ?? null),
    hgetall: (key) => answer(Object.fromEntries(hashes.get(key) ?? [])),
    hset: (key, field, value) => answer(hashes.set(key, (hashes.get(key) ?? new Map()).set(field, value))),
    hdel: (key, field) => answer(hashes.get(key)?.delete(field)),
    subscribe: async (channel, listener) => {
      listeners.set(channel, listener)
      return () => listeners.delete(channel)
    },
  }
  return { link, keys, hashes, state, publish: (channel: string, message: string) => listeners.get(channel)?.(message) }
}

const ring = (version: number, points: number[]): RingDocument => ({
  version,
  algorithm: 'ketama',
  nodes: points.map((count, i) => ({ name: `cache-${i}`, address: `127.0.0.1:${6379 + i}`, points: count })),
})
const computed = ({ nodes }: RingDocument) => locate({ algorithm: 'ketama', nodes })
const KEY = 'evenkeel:ring:products'
const base = { key: KEY, name: 'app1', initial: ring(0, [40, 160, 160]), ttlMs: 60_000 }

afterEach(() => vi.useRealTimers())

test('owners are those of lib/rings, before and after a move, for 100 000 keys', async () => {
  const { link, keys, publish } = memoryLink()
  const follower = await followRing({ ...base, link })
  const names = Array.from({ length: 100_000 }, (_, i) => (i % 3 ? `product:${i}` : `ключ-${i}-é`))
  const differ = (document: RingDocument) => {
    const expected = computed(document)
    return names.filter((name) => follower.owner(name) !== expected(name)).length
  }
  expect(differ(base.initial)).toBe(0)
  const next = ring(8, [157, 159, 143])
  keys.set(KEY, JSON.stringify({ ...next, note: 'kept by whoever writes' }))
  publish(KEY, '8')
  await vi.waitFor(() => expect(follower.document().version).toBe(8))
  expect(differ(next)).toBe(0)
  await follower.stop()
})

test('a former owner is named for one TTL after a move, and only for keys that moved', async () => {
  const { link, keys, publish } = memoryLink()
  let now = 1_000
  const follower = await followRing({ ...base, link, now: () => now })
  const names = Array.from({ length: 500 }, (_, i) => `product:${i}`)
  expect(names.flatMap(follower.formerOwners)).toEqual([])
  keys.set(KEY, JSON.stringify(ring(1, [160, 160, 160])))
  publish(KEY, '1')
  await vi.waitFor(() => expect(follower.document().version).toBe(1))
  const [old, current] = [computed(base.initial), computed(ring(1, [160, 160, 160]))]
  for (const name of names) expect(follower.formerOwners(name)).toEqual(old(name) === current(name) ? [] : [old(name)])
  now += 60_001
  expect(names.flatMap(follower.formerOwners)).toEqual([])
  await follower.stop()
})

test('a document that is gone, unreadable or out of reach leaves the last one in force', async () => {
  vi.useFakeTimers()
  const { link, keys, state } = memoryLink()
  keys.set(KEY, JSON.stringify(ring(5, [10, 20, 30])))
  const follower = await followRing({ ...base, link })
  expect(follower.document().version).toBe(5)
  for (const text of [
    null,
    'no json',
    '{"version":6,"algorithm":"modula","nodes":[]}',
    JSON.stringify(ring(7, [0, 0, 0])),
    JSON.stringify(ring(8, [-1, 2, 3])),
  ]) {
    if (text === null) keys.delete(KEY)
    else keys.set(KEY, text)
    await vi.advanceTimersByTimeAsync(2_100)
    expect(follower.document().version).toBe(5)
  }
  state.down = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(follower.owner('x')).toBe(computed(ring(5, [10, 20, 30]))('x'))
  state.down = false
  keys.set(KEY, JSON.stringify(ring(9, [1, 1, 1])))
  await vi.advanceTimersByTimeAsync(2_100)
  expect(follower.document().version).toBe(9)
  await follower.stop()
})

test('it reports itself every few seconds and removes its report when it stops', async () => {
  vi.useFakeTimers()
  const { link, hashes } = memoryLink()
  const follower = await followRing({ ...base, link })
  await vi.advanceTimersByTimeAsync(5_000)
  const report = JSON.parse(hashes.get(`${KEY}:followers`)!.get('app1')!)
  expect(report).toMatchObject({ name: 'app1', version: 0 })
  expect(Date.now() - Date.parse(report.at)).toBeLessThan(2_500)
  await follower.stop()
  expect(hashes.get(`${KEY}:followers`)!.size).toBe(0)
})

test('TTLs are drawn evenly within the jitter; the longest pattern counts; no policy, no TTL', async () => {
  const { link, hashes } = memoryLink()
  hashes.set(
    'evenkeel:ttl',
    new Map([
      ['products', '{"version":3,"match":"product:*","ttlMs":600000,"jitter":0.1}'],
      ['hot', '{"version":1,"match":"product:hot:?","ttlMs":1000,"jitter":0}'],
      ['broken', '{"version":1}'],
    ]),
  )
  const follower = await followTtls({ link, key: 'evenkeel:ttl', name: 'app1' })
  const drawn = Array.from({ length: 20_000 }, () => follower.ttlMs('product:7')!)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(540_000)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(660_000)
  const tenths = new Array(10).fill(0)
  for (const ttl of drawn) tenths[Math.min(9, Math.floor((ttl - 540_000) / 12_000))]++
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(250)
  expect(follower.ttlMs('product:hot:1')).toBe(1_000)
  expect(follower.ttlMs('user:1')).toBe(null)
  expect(JSON.parse(hashes.get('evenkeel:ttl:followers')!.get('app1')!)).toMatchObject({ version: 3 })
  await follower.stop()
})
