import { expect, test } from 'vitest'
import type { RedisClient } from '../client.ts'
import { redisConfig } from '../config.ts'
import { openRedis } from '../link.ts'
import type { Vitals } from '../vitals.ts'
import { slots } from './slots.ts'

const signal = AbortSignal.timeout(5_000)
const NODES = 'aa 127.0.0.1:1@2 myself,master - 0 0 1 connected 0-999\nbb 127.0.0.1:2@3 master - 0 0 2 connected 1000-16383\n'

/** A node of a Cluster that serves 1,000 slots and knows SLOT-STATS or not. */
function node(stats: ((first: number, last: number) => unknown) | null, opsPerSecond = 0) {
  const asked = { stats: 0, counts: [] as number[] }
  const client = {
    async call(command: readonly unknown[]) {
      if (command[1] === 'NODES') return NODES
      asked.stats++
      if (!stats) throw new Error("ERR unknown subcommand 'SLOT-STATS'. Try CLUSTER HELP.")
      return stats(Number(command[3]), Number(command[4]))
    },
    async pipeline(commands: readonly (readonly unknown[])[]) {
      asked.counts.push(commands.length)
      return commands.map(() => 3)
    },
  } as unknown as RedisClient
  const link = { ...openRedis(redisConfig.parse({ kind: 'redis', name: 'a', url: 'redis://127.0.0.1:1' })), client }
  link.seen = { runId: 'r1', clustered: true, opsPerSecond } as Vitals
  return { asked, link, read: () => slots.read(link, null, signal) }
}

test('without SLOT-STATS keys are counted, one command for each fifty of the clients, until all slots are known', async () => {
  const { asked, read } = node(null, 1_000)
  expect(await read()).toMatchObject({ method: 'key-count', of: 1_000, load: null })
  let polls = 1
  for (; (await read())!.slots.length < 1_000; polls++) expect(polls).toBeLessThan(5)
  expect(asked.counts.every((count) => count === 400)).toBe(true)
  // The server is asked for SLOT-STATS once a run.
  expect(asked.stats).toBe(1)
  const quiet = node(null, 1)
  await quiet.read()
  expect(quiet.asked.counts).toEqual([64])
})
test('with it the stretch that is served is asked for, and its load is known after some polls', async () => {
  let polls = 0
  const { asked, read } = node((first, last) => {
    expect([first, last]).toEqual([0, 999])
    polls++
    return Array.from({ length: 1_000 }, (_, slot) => [slot, ['key-count', 2, 'cpu-usec', polls * slot]])
  })
  expect(await read()).toBeNull()
  expect(asked.counts).toEqual([])
})
test('a replica serves nothing, and has no record', () => {
  expect(slots.parse(null, { cursor: null, at: 1 })).toEqual({ samples: [], records: [], topology: {} })
})
