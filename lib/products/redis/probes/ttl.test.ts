import { expect, test, vi } from 'vitest'
import type { RedisClient } from '../client.ts'
import { redisConfig } from '../config.ts'
import { openRedis } from '../link.ts'
import { vitalsOf } from '../vitals.ts'
import { ttl } from './ttl.ts'

/** A link to a server that holds keys `a` and `b`, whose INFO says `keyspace`. */
function linkTo(keyspace: string, ends: number[]) {
  const asked: unknown[] = []
  const client = {
    callBytes: async () => [Buffer.from('0'), [Buffer.from('a'), Buffer.from('b')]],
    pipeline: async (commands: unknown[]) => {
      asked.push(...commands)
      return commands.map((_, i) => ends[i])
    },
  } as unknown as RedisClient
  const link = { ...openRedis(redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://127.0.0.1:1' })), client }
  link.seen = vitalsOf(`run_id:a\r\n# Keyspace\r\n${keyspace}`, performance.now(), null, { has: () => false })
  return { link, asked }
}
const read = (link: ReturnType<typeof linkTo>['link']) => ttl.read(link, null, new AbortController().signal)

test('keys are looked up where INFO does not tell how many have an expiry', async () => {
  const soon = Date.now() + 60_000
  const { link, asked } = linkTo('db0:keys=2\r\n', [soon, -1])
  const { buckets, sampled } = (await read(link))!
  expect(asked).toHaveLength(2)
  expect([sampled, buckets.length]).toEqual([2, 1])
})

test('names alone cost no lookup, and say nothing of where keys are', async () => {
  const { link, asked } = linkTo('db0:keys=2,expires=0\r\n', [])
  link.noneHere = 4
  expect((await read(link))?.sampled).toBe(2)
  expect(asked).toEqual([])
  expect([link.noneHere, link.lookups.made]).toEqual([4, 0])
})

/** A server of a thousand keys, of which SCAN finds the next ones; `endOf` says when the nth that was asked about ends. */
function thousandKeys(endOf: (n: number) => number) {
  let asked = 0
  let at = 0
  const looks: number[] = []
  const client = {
    callBytes: async ([, , , count]: [string, string, string, number]) => {
      at = (at + count) % 1_000
      return [Buffer.from(String(at)), Array.from({ length: count }, (_, i) => Buffer.from(`key:${(at + i) % 1_000}`))]
    },
    pipeline: async (commands: unknown[]) => {
      looks.push(commands.length)
      return commands.map(() => endOf(asked++))
    },
  } as unknown as RedisClient
  const link = { ...openRedis(redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://127.0.0.1:1' })), client }
  link.seen = vitalsOf('run_id:a\r\n# Keyspace\r\ndb0:keys=1000,expires=1000\r\n', performance.now(), null, { has: () => false })
  // Clients look up as much as they can.
  link.lookups.note(performance.now(), { seconds: 1, lookups: 1_000_000, writes: 0, keys: 1_000 })
  return { link, looks }
}

test('a sample that holds all and says what is found is renewed slowly, and quickly once what is found ends otherwise', async () => {
  const now = Date.now()
  let together = false
  const { link, looks } = thousandKeys((n) => (together && n % 2 === 0 ? now + 60_000 : now + 1_000_000 + ((n * 7_919) % 3_600) * 1_000))
  const later = async () => {
    link.ttlLooks.at -= 2_000
    await new Promise((resolve) => setTimeout(resolve, 5))
    await vi.waitFor(() => expect(ttl.due!(link)).toBe(true), 2_000)
    await read(link)
  }
  expect(ttl.due!(link)).toBe(true)
  for (let look = 0; look < 200 && !link.ttl.whole; look++) await later()
  expect(link.ttlLooks).toMatchObject({ settled: true, toRenew: 0 })
  expect([ttl.due!(link), await read(link)]).toEqual([false, null])
  await new Promise((resolve) => setTimeout(resolve, 250))
  await later()
  expect(looks.at(-1)).toBe(50)
  together = true
  await later()
  expect(link.ttlLooks).toMatchObject({ settled: false, toRenew: 1_000 })
  // A test has no rest: the sharing of keys may hold it for a busy process, and give it less at a time.
  await new Promise((resolve) => setTimeout(resolve, 250))
  await later()
  expect(looks.at(-1)).toBeGreaterThan(50)
}, 20_000)

test('keys that end soon after they were looked up do not let a sample rest', async () => {
  const { link } = thousandKeys((n) => Date.now() + (n % 3 === 0 ? 60_000 : 1))
  link.lookups.note(performance.now() + 1, { seconds: 1, lookups: 1_000_000, writes: 0, keys: 1_000 })
  for (let look = 0; look < 1_000 && !link.ttl.whole; look++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await read(link)
  }
  expect(link.ttl.whole).toBe(true)
  expect(link.ttlLooks.settled).toBe(false)
}, 20_000)
