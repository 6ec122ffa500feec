import type { Capability } from '../../model/topology.ts'
import { looked, prerequisite } from '../prerequisites.ts'
import { parseStats } from './answer.ts'
import { withMemcached } from './client.ts'
import type { MemcachedConfig } from './config.ts'
import { MEMCACHED_SETTINGS } from './settings.ts'

const DEADLINE_MS = 2_000

/** Which settings this server takes, and whether its keys can be looked at: it was started so that it refuses, or it does not. */
export async function prerequisites(config: MemcachedConfig): Promise<Capability[]> {
  let fields: ReadonlyMap<string, string> = new Map()
  const found = await looked(
    withMemcached(config, async (client) => {
      fields = parseStats(await client.stats('stats settings', AbortSignal.timeout(DEADLINE_MS))).fields
    }),
  )
  if (found !== true) return [prerequisite('stats settings', found)]
  const settings = MEMCACHED_SETTINGS.map((setting) =>
    prerequisite(
      setting.name,
      setting.read(fields) === undefined ? 'this memcached does not report it' : (setting.blocked(fields) ?? true),
    ),
  )
  return [...settings, prerequisite('lru_crawler metadump', keysBlocked(fields) ?? true)]
}

/** Why the keys cannot be walked through here; null: they can. */
function keysBlocked(fields: ReadonlyMap<string, string>): string | null {
  if (fields.get('lru_crawler') === 'no') return 'the LRU crawler is off: lru_crawler enable, or start it without -o no_lru_crawler'
  if (fields.get('dump_enabled') === 'no') return 'it was started with -X, which forbids it'
  return null
}
