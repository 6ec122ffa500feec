/** What a list of targets can be sorted by. `memory`: the part of its limit that is used. */
export const TARGET_COLUMNS = [
  'name',
  'state',
  'title',
  'role',
  'pollMs',
  'lastPollAt',
  'hitRatio',
  'readsPerSecond',
  'evictionsPerSecond',
  'memory',
  'items',
] as const

/** What a list of pools can be sorted by. `servers`: how many. */
export const POOL_COLUMNS = ['name', 'imbalance', 'requestsPerSecond', 'responseSeconds', 'errorRatio', 'servers', 'algorithm'] as const

/** What the differences of two samplings of keys can be sorted by: the shares, and how far they are apart. */
export const DIFFERENCE_COLUMNS = ['name', 'target', 'before', 'after', 'moved'] as const
