import { expect, test } from 'vitest'
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
