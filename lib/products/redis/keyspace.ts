import type { Add } from '../answers.ts'
import { type Info, numberIn } from './info.ts'

/** Keys that end in the year 9999 are real; above that a mean is none. */
const TTL_MAX_MS = 2.6e14

/** How many keys there are, in each database and in all, how many of them end, and when. */
export function addKeyspace(info: Info, add: Add): void {
  if (!info.tellsKeys) return
  // A sum of which one part is not known is not known.
  let keys: number | undefined = 0
  let expiring: number | undefined = 0
  let ttlMsTimesKeys: number | undefined = 0
  const plus = (sum: number | undefined, part: number | undefined) => (sum === undefined || part === undefined ? undefined : sum + part)
  for (const [db, fields] of info.databases) {
    const number = (name: string) => numberIn(info, name, { line: db, fields })
    const [held, ttlMs] = [number('keys'), number('avg_ttl')]
    let ending = number('expires')
    if (held !== undefined && ending !== undefined && ending > held) {
      info.unread.push(`${db}:expires=${ending}`)
      ending = undefined
    }
    keys = plus(keys, held)
    expiring = plus(expiring, ending)
    if (ending !== 0) {
      const known = ttlMs !== undefined && ttlMs <= TTL_MAX_MS
      if (ttlMs !== undefined && !known) info.unread.push(`${db}:avg_ttl=${ttlMs}`)
      ttlMsTimesKeys = plus(ttlMsTimesKeys, known && ending !== undefined ? ttlMs * ending : undefined)
    }
    add('redis_db_keys', held, { db })
    add('redis_db_keys_expiring', ending, { db })
  }
  add('cache_items', keys)
  add('cache_items_expiring', expiring)
  if (expiring && ttlMsTimesKeys !== undefined) add('cache_ttl_mean_seconds', ttlMsTimesKeys / expiring / 1_000)
}
