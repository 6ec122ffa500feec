import { Redis, type RedisOptions } from 'ioredis'
import type { Follower } from './follower.ts'
import type { Origin } from './origin.ts'

/** Cache-aside reads of one application server over the ring. */
export type Caches = {
  /** The value, from the cache that owns the key or else from the origin, which then fills the cache. */
  read(key: string, origin: Origin): Promise<string>
  /** Writes a key as a fill does; `life` is the part of its TTL that is left to it. */
  write(key: string, value: string, life?: number): Promise<void>
  /** The cache that the key is read from. */
  owner(key: string): string
  stop(): Promise<void>
}

const LINK: RedisOptions = { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 500, retryStrategy: () => 250 }

/** A link to a server that may go away: errors come back from the calls and are no event. */
export function linkTo(port: number, name: string, options: RedisOptions = {}): Redis {
  const link = new Redis(port, '127.0.0.1', { ...LINK, connectionName: name, ...options })
  link.on('error', () => {})
  return link
}

export function createCaches(name: string, ports: Record<string, number>, follower: Follower): Caches {
  const links = new Map(Object.entries(ports).map(([node, port]) => [node, linkTo(port, name)]))
  const link = (key: string) => links.get(follower.owner(key))!
  return {
    async read(key, origin) {
      const cached = await link(key)
        .get(key)
        .catch(() => undefined)
      if (typeof cached === 'string') return cached
      const value = await origin.read(key)
      // A cache that could not be read is down, and is not written either.
      if (cached === null) await this.write(key, value)
      return value
    },
    async write(key, value, life = 1) {
      await link(key)
        .set(key, value, 'PX', Math.max(1, Math.round(life * follower.ttlMs(key))))
        .catch(() => {})
      // If the ring moves back, nobody reads the value from before this write there.
      for (const former of follower.formerOwners(key))
        await links
          .get(former)
          ?.del(key)
          .catch(() => {})
    },
    owner: (key) => follower.owner(key),
    async stop() {
      for (const each of links.values()) each.disconnect()
      await follower.stop()
    },
  }
}
