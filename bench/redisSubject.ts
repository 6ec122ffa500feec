import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisClient } from '../lib/products/redis/client.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { infoField } from '../lib/products/redis/info.ts'
import { type RedisServer, redisSay, startRedis } from '../test/servers.ts'
import { RedisLoad, VALUE } from './redisLoad.ts'

export const PER_SECOND = 20_000
export const KEYS = 200_000
export const SKEW = 0.99
const CLIENTS = 50

/** `slots`: it counts the load of slots, so it runs as the only node of a Cluster. `hotkeys`: it knows HOTKEYS. */
export type Subject = { title: string; program: string; slots: boolean; hotkeys: boolean }

export async function subjectOf(program: string): Promise<Subject> {
  await using server = await startRedis({ program, config: ['cluster-enabled yes', 'cluster-port 0'] })
  const said = await redisSay(server, 'INFO server', 'COMMAND INFO hotkeys|start', 'CLUSTER HELP')
  const version = infoField(said, 'valkey_version')
  return {
    title: version ? `Valkey ${version}` : `Redis ${infoField(said, 'redis_version')}`,
    program,
    slots: /SLOT-STATS/i.test(said),
    hotkeys: said.includes('hotkeys|start'),
  }
}

/** A server of it with all its keys. */
export async function start({ program, slots }: Subject): Promise<RedisServer> {
  const config = slots ? ['cluster-enabled yes', 'cluster-slot-stats-enabled yes', 'cluster-port 0'] : []
  const server = await startRedis({ program, config })
  if (slots) await redisSay(server, 'CLUSTER ADDSLOTSRANGE 0 16383')
  for (const end = Date.now() + 10_000; slots; await sleep(50)) {
    if (/cluster_state:ok/.test(await redisSay(server, 'CLUSTER INFO'))) break
    if (Date.now() > end) throw new Error('the Cluster of one node did not form')
  }
  const client = createRedisClient(redisConfig.parse({ kind: 'redis', name: 'fill', url: server.about.url }))
  for (let from = 0; from < KEYS; from += 10_000)
    await client.pipeline(
      Array.from({ length: 10_000 }, (_, i) => ['SET', `k:${from + i}`, VALUE, 'EX', 3_600 + (i % 600)] as const),
      AbortSignal.timeout(10_000),
    )
  await client.close()
  return server
}

export const loadOn = ({ about: { port } }: RedisServer) =>
  RedisLoad.start({ port, perSecond: PER_SECOND, keys: KEYS, skew: SKEW, clients: CLIENTS })
