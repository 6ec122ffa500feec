import type { TtlPolicy } from '../lib/model/topology.ts'

/** The TTL policy of a document of ten minutes for `product:*`, without jitter, which nobody follows. */
export const ttlPolicy = (more: Partial<TtlPolicy> = {}): TtlPolicy => ({
  name: 'products',
  match: 'product:*',
  ttlMs: 600_000,
  jitter: 0,
  version: 1,
  control: { target: 'a', key: 'k' },
  followers: [],
  ...more,
})
