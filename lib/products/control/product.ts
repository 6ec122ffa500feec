import type { ControlConfig } from '../../model/control.ts'
import type { Probe, Product } from '../../model/product.ts'
import { createRedisClient } from '../redis/client.ts'
import { controlConfig } from './config.ts'
import { copies } from './probes/copies.ts'
import { type ControlLink, document } from './probes/document.ts'
import { writes } from './written.ts'

/** The documents by which applications route keys and set TTLs: one ring, or one TTL policy, each a target of its own. */
export const control: Product<ControlConfig, ControlLink> = {
  kind: 'control',
  title: 'Control document',
  config: controlConfig,
  open: (config) => ({
    config,
    client: createRedisClient(redisOf(config)),
    copies: (config.copies ?? []).map((one) => ({ name: one.name, client: createRedisClient(one as unknown as RedisReach) })),
    text: null,
    followers: null,
    reports: null,
    lively: 0,
  }),
  close: async ({ client, copies: others }) =>
    void (await Promise.all([client, ...others.map((one) => one.client)].map((one) => one.close()))),
  probes: [document as Probe<ControlLink, unknown>, copies as Probe<ControlLink, unknown>],
  writes,
  address: (config) => `${config.key} on ${config.redis.name}`,
  rights: 'on the Redis that holds it: ~KEY* -@all +get +hget +hgetall; to tune also +set +hset +publish +watch +multi +exec and &KEY',
}

/** The configuration that the target of kind `redis` itself was read with. */
export type RedisReach = Parameters<typeof createRedisClient>[0]
export const redisOf = (config: ControlConfig): RedisReach => config.redis as unknown as RedisReach
