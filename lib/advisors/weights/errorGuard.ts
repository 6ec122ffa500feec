import type { Guard } from '../../model/proposal.ts'
import type { Labels } from '../../model/series.ts'

/** Rolls back when a pool fails clearly more often than it did. */
export const errorGuard = (where: Labels, errors: number, why: string): Guard => ({
  metric: 'pool_error_ratio',
  where,
  unit: 'ratio',
  op: '>',
  limit: Math.max(0.02, 3 * errors + 0.01),
  forMs: 5_000,
  why,
})
