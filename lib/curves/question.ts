import type { LocalCache } from './localCache.ts'

/** Redis's and Valkey's rules of eviction by their own names, and memcached's one. */
export const POLICIES = [
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'allkeys-lrm',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-lrm',
  'volatile-ttl',
  'noeviction',
  'memcached',
] as const
export type Policy = (typeof POLICIES)[number]

/** Whether the rule is a segmented LRU in slab classes, and memory is counted in pages. */
export const isSegmented = (policy: Policy) => policy === 'memcached'

/** What each key is given when it is filled: drawn evenly from ms·(1 − jitter) to ms·(1 + jitter). */
export type Ttl = { ms: number; jitter?: number; refreshOnRead?: boolean }

/** Some of the keys, told from the others by a glob of their pattern: asked for by themselves, and given another TTL where there is one. */
export type PartOfKeys = {
  match: string
  /** null: none; left out: as all other keys */
  ttl?: Ttl | null
}

export type Sizes = { keys: readonly number[]; bytes?: undefined } | { bytes: readonly number[]; keys?: undefined }

/** What is asked of a stream of references: the cache that might be, in one or many sizes. */
export type Question = {
  policy: Policy
  /** `maxmemory-samples`; Redis's default is 5 */
  samples?: number
  /** `lfu-log-factor` and `lfu-decay-time` (minutes); Redis's defaults are 10 and 1 */
  lfuLogFactor?: number
  lfuDecayMinutes?: number
  /** null: keys get no TTL; left out: as the references say */
  ttl?: Ttl | null
  /** Parts of the keys that are told by themselves; which key is in which says the column `part` of the references. */
  parts?: readonly PartOfKeys[]
  /** `keys`: how many keys fit; `bytes`: maxmemory */
  sizes: Sizes
  /**
   * Where the size is one in keys: keys count by what they take, and so many fit that take this on average, bytes; left out: each counts as one.
   * memcached's keys always count as one.
   */
  keyWeight?: number
  /** Where the size is one in keys: so many more or fewer may fit, if that is more than one in a hundred. */
  slackKeys?: number
  /** A cache inside the application before this one: ratios are then of both together, which is what the origin is spared. */
  local?: LocalCache
  /** The steady state of a cache that runs already, not a replay from an empty one: the first part of the references only warms the cache up. */
  steady?: boolean
}
