import type { RingSpec } from '../model/ring.ts'
import { dalli } from './importers/dalli.ts'
import { phpMemcached } from './importers/libmemcached.ts'
import { type Group, readLiterals } from './importers/literals.ts'
import { dskit, gomemcache, memcachedProxy, memjs, spymemcached } from './importers/memcached.ts'
import { named } from './importers/named.ts'
import { python } from './importers/python.ts'
import { goRedis, predis, redisRb } from './importers/redis.ts'

/** The importers: each recognises the options of its client, null for those of another. Throws `bad_request` naming what is missing. */
const importers: ((text: string, source: Group) => RingSpec | null)[] = [
  dalli,
  redisRb,
  predis,
  goRedis,
  phpMemcached,
  python,
  memjs,
  spymemcached,
  memcachedProxy,
  gomemcache,
  dskit,
  named,
]

/** The ring that a client library makes of its options, as an application writes them; null where no client is known by the text. */
export function importRing(text: string): RingSpec | null {
  const source = readLiterals(text)
  for (const importer of importers) {
    const found = importer(text, source)
    if (found) return found
  }
  return null
}
