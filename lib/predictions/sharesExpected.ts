import { shareByWeight } from '../metrics/traffic.ts'
import type { Pool } from '../model/topology.ts'
import { ownedShares } from '../rings/ownedShares.ts'
import { poolRing } from '../rings/poolRing.ts'

/**
 * What is promised to each server of the pool's requests: by the pool's ring where it hashes, else by weight; to servers that are up, backups
 * only when no other server is. Null for leastconn, which promises nothing, and for a hash whose ring is not known.
 */
export function sharesExpected(pool: Pool): Map<string, number> | null {
  if (pool.balances === 'load' || pool.balances === 'unknown') return null
  const byWeight = shareByWeight(pool)
  if (![...byWeight.values()].some((share) => share > 0)) return null
  const ring = poolRing(pool)
  if (ring) {
    const owned = ownedShares(ring)
    if (owned.size > 0) return owned
  }
  return pool.balances === 'hash' ? null : byWeight
}
