import type { Staleness, StalenessRecord } from '../lib/model/staleness.ts'
import { FROM } from './series.ts'

/** How old the reads of `product:*` of the cache `a` are. */
export const stalenessOf = (found: Partial<Staleness> = {}): StalenessRecord => ({
  kind: 'staleness',
  target: 'a',
  id: 'product:*',
  at: FROM,
  spanMs: 3_600_000,
  found: {
    by: 'values',
    reads: 5_000,
    share: 0.2,
    low: 0.15,
    high: 0.25,
    keys: 120,
    changesPerKeyHour: 6,
    ttlMs: 300_000,
    other: 40,
    same: 60,
    ...found,
  },
})
