import { setTimeout as sleep } from 'node:timers/promises'
import { redis } from '../lib/products/redis/product.ts'
import type { RedisServer } from '../test/servers.ts'
import { type Subject, start } from './redisSubject.ts'
import { usage } from './redisTwins.ts'
import { RedisWatch } from './redisWatch.ts'
import type { Row } from './table.ts'

const TIMES = 20
const SPELL_MS = 3_000
const COUNTING = ['monitor', 'hotkeys', 'references']

/** What each probe takes of a server that has nothing else to do, µs of CPU a second at its own rhythm. All others wait for INFO. */
export async function probeCosts(subject: Subject): Promise<Row[]> {
  await using server = await start(subject)
  // It tidies up after so many writes.
  await sleep(5_000)
  const groups: [what: string, ids: string[]][] = [
    ['TTL sample', ['ttl']],
    ['sizes and patterns beside it', ['ttl', 'keys', 'idle']],
    ['load of all 16,384 slots', ['slots']],
    ['all others but hot keys', others()],
  ]
  const info = await spent(server, [])
  const found: [string, number][] = []
  for (const [what, ids] of groups) if (subject.slots || ids[0] !== 'slots') found.push([what, (await spent(server, ids)) - info])
  found.unshift(['INFO', info - (await spent(server, null))])
  const ttl = found.find(([what]) => what === 'TTL sample')![1]
  return found.map(([what, us]) => ({
    what: `${what}, of an idle server`,
    value: (what.startsWith('sizes') ? us - ttl : us) / TIMES,
    unit: 'µs/s',
  }))
}

function others(): string[] {
  const named = ['info', 'ttl', 'keys', 'idle', 'slots', ...COUNTING]
  return redis.probes.map(({ id }) => id).filter((id) => !named.includes(id))
}

/** CPU time of a server while INFO and these probes are read so many times as often, µs a second. Null: none at all. */
async function spent(server: RedisServer, ids: readonly string[] | null): Promise<number> {
  const without = redis.probes.map(({ id }) => id).filter((id) => id !== 'info' && !ids?.includes(id))
  const watch = new RedisWatch(server, {}, { times: TIMES, without })
  if (ids) await watch.spell(SPELL_MS)
  const before = await usage(server)
  const began = performance.now()
  await (ids ? watch.spell(SPELL_MS) : sleep(SPELL_MS))
  const { cpuUs } = await usage(server)
  const seconds = (performance.now() - began) / 1_000
  await watch.close()
  return (cpuUs - before.cpuUs) / seconds
}
