import { expect, test } from 'vitest'
import { ReferenceFeed } from './referenceFeed.ts'

const line = (key: string) => new Map([['key', key]])
const feed = () => new ReferenceFeed({ cache: 'cache', key: 'key', pool: null, ttlMs: null }, 0)

test('what came since the last poll is drained; the first of it says that something is missing before', () => {
  const one = feed()
  expect(one.drain(true, 0)).toBeNull()
  one.take(line('a'), 1, 1)
  one.take(line('b'), 2, 2)
  expect(one.drain(true, 1_000)).toMatchObject({ list: [{ at: 1 }, { at: 2 }], rate: 1, gets: 2, resumed: true })
  one.take(line('a'), 3, 1_003)
  const next = one.drain(true, 2_000)
  expect(next).toMatchObject({ gets: 1 })
  expect(next).not.toHaveProperty('resumed')
})

test('a gap, lost datagrams, lines that do not stand for all: what comes next says so', () => {
  const one = feed()
  const drained = (fair = true) => one.drain(fair, 1)
  const take = (count = 200) => {
    for (let i = 0; i < count; i++) one.take(line(`k${i}`), i, 0)
  }
  take()
  expect(drained()?.resumed).toBe(true)
  take()
  one.gap()
  take(3)
  expect(drained()).toMatchObject({ gets: 3, resumed: true })
  take()
  one.lost(1)
  expect(drained()?.resumed).toBeUndefined()
  take()
  one.lost(3)
  expect(drained()?.resumed).toBe(true)
  take()
  expect(drained(false)).toBeNull()
  take()
  expect(drained()?.resumed).toBe(true)
})

test('what nobody asks for any more does not pile up', () => {
  const one = feed()
  one.drain(true, 0)
  for (let i = 0; i < 1_000; i++) one.take(line('a'), i, 5_000)
  for (let i = 0; i < 7; i++) one.take(line('a'), i, 11_000)
  const drained = one.drain(true, 11_001)
  expect(drained!.gets).toBeLessThanOrEqual(7)
  expect(drained!.resumed).toBe(true)
})

test('a million forged keys between two polls: a sample of them by hash, with all of its reads', () => {
  const one = feed()
  for (let i = 0; i < 150_000; i++) one.take(line(`/forged/${i % 75_000}`), i, 1)
  const { list, rate, gets } = one.drain(true, 1_000)!
  expect(gets).toBe(150_000)
  expect(list.length).toBeLessThanOrEqual(50_000)
  expect(rate).toBe(0.25)
  expect(list.every(({ high }) => high < rate! * 2 ** 32)).toBe(true)
  const times = new Map<number, number>()
  for (const { low } of list) times.set(low, (times.get(low) ?? 0) + 1)
  expect(new Set(times.values())).toEqual(new Set([2]))
  expect(one.told().because).toContain('0.25')
})

test('tells of a minute what was taken, and why not all was', () => {
  const one = feed()
  expect(one.told()).toMatchObject({ available: false, because: expect.stringContaining('no line') })
  one.take(new Map([['other', 'x']]), 1, 1)
  one.drain(true, 2)
  expect(one.told()).toEqual({
    available: false,
    because: 'of 1 lines in a minute 0 are references (a key is expected in the field "key"); left out: 1 without a key',
  })
  one.take(line('a'), 1, 3)
  one.drain(true, 60_003)
  expect(one.told()).toEqual({ available: true, because: 'of 1 lines in a minute 1 are references' })
})
