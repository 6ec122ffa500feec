import { expect, test } from 'vitest'
import type { RedisClient } from '../client.ts'
import { askSentinel, sentinelSamples } from './sentinel.ts'

const row = (ip: string, port: string) => ['ip', ip, 'port', port, 'flags', 'slave']
/** A Sentinel that answers so; nothing else of a client is asked. */
const sentinel = (master: string[], replicas: string[][]) =>
  ({ call: async ([, what]: string[]) => (what === 'MASTER' ? master : replicas) }) as unknown as RedisClient
const ask = (master: string[], replicas: string[][]) => askSentinel(sentinel(master, replicas), 'm', new AbortController().signal)

test('a replica whose address is none costs itself alone, and is said', async () => {
  const found = await ask(row('10.0.0.1', '6379'), [
    row('10.0.0.3', '6379'),
    row('10.0.0.2', '70000'),
    row('', '6379'),
    row('::2', '6379'),
    row('x'.repeat(1e5), '6379'),
  ])
  expect(found.addresses).toEqual(['10.0.0.1:6379', '10.0.0.3:6379', '[::2]:6379'])
  expect(found.unwatched).toEqual(['10.0.0.2:70000 is no address', ':6379 is no address', `${'x'.repeat(80)} is no address`])
  await expect(ask(row('?', '6379'), [])).rejects.toMatchObject({ code: 'malformed' })
})

test('a number that cannot be is none', () => {
  expect(sentinelSamples('name:m num-slaves:-1 num-other-sentinels:2 flags:master')).toEqual([
    { metric: 'redis_sentinel_master_sentinels', value: 3 },
    { metric: 'redis_sentinel_master_status', value: 1 },
  ])
})
