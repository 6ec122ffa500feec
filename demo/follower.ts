import type { Redis } from 'ioredis'
import { type FollowerLink, followRing, followTtls, type RingDocument, type TtlPolicy } from '../client/index.ts'

/** The control documents as an application sees them: who owns a key, who owned it before, and its TTL. */
export type Follower = {
  owner(key: string): string
  formerOwners(key: string): string[]
  /** ms for the next write of this key, drawn within the policy's jitter. */
  ttlMs(key: string): number
  stop(): Promise<void>
}

// For keys that no policy names.
const OTHER_TTL_MS = 60_000

/** Follows the ring and the TTL policies as any application would, through `client/`. */
export async function follow(options: {
  name: string
  redis: Redis
  ringKey: string
  ttlKey: string
  ring: RingDocument
  ttls: Record<string, TtlPolicy>
  random: () => number
}): Promise<Follower> {
  const { name, redis, ttls, random } = options
  const link = linkOn(redis)
  const longest = Math.max(...Object.values(ttls).map(({ ttlMs, jitter }) => ttlMs * (1 + jitter)))
  const ring = await followRing({ link, name, key: options.ringKey, initial: options.ring, ttlMs: longest })
  const policies = await followTtls({ link, name, key: options.ttlKey, initial: ttls, random })
  return {
    owner: (key) => ring.owner(key),
    formerOwners: (key) => ring.formerOwners(key),
    ttlMs: (key) => Math.max(1, Math.round(policies.ttlMs(key) ?? OTHER_TTL_MS)),
    async stop() {
      await Promise.all([ring.stop(), policies.stop()])
    },
  }
}

/** Follows the TTL policies alone. */
export async function followPolicies(options: {
  name: string
  redis: Redis
  ttlKey: string
  ttls: Record<string, TtlPolicy>
  random: () => number
}): Promise<Pick<Follower, 'ttlMs' | 'stop'>> {
  const { name, redis, ttlKey, ttls, random } = options
  const policies = await followTtls({ link: linkOn(redis), name, key: ttlKey, initial: ttls, random })
  return { ttlMs: (key) => Math.max(1, Math.round(policies.ttlMs(key) ?? OTHER_TTL_MS)), stop: () => policies.stop() }
}

function linkOn(redis: Redis): FollowerLink {
  return {
    get: (key) => redis.get(key),
    hgetall: (key) => redis.hgetall(key),
    hset: (key, field, value) => redis.hset(key, field, value),
    hdel: (key, field) => redis.hdel(key, field),
    async subscribe(channel, onMessage) {
      const listener = redis.duplicate()
      listener.on('error', () => {})
      listener.on('message', (_, message) => onMessage(message))
      await listener.subscribe(channel)
      return () => listener.disconnect()
    },
  }
}
