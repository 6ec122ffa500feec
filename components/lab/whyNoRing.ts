import type { PoolView } from '@/lib/model/answers/pool.ts'

/** Why a pool has no ring that could be computed; undefined: no such pool. */
export function whyNoRing(pool: Pick<PoolView, 'balances' | 'ringBecause' | 'unknown'> | undefined): string {
  if (!pool) return 'No ring or hashing pool of that name is known now.'
  if (pool.ringBecause || pool.balances === 'hash')
    return `Which key goes where is not known exactly: ${pool.ringBecause ?? 'its exact hash function is not known'}.`
  if (pool.balances === 'unknown') return `How this pool chooses a server is not known${pool.unknown ? `: ${pool.unknown[0]}` : ''}.`
  return 'This pool does not hash: it chooses a server for each request, so that no key belongs to one.'
}
