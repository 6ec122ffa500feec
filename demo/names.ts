/** What the demo's fleet calls its caches and its control documents. */
export const NODES = ['cache-a', 'cache-b', 'cache-c'] as const
export const RING_KEY = 'evenkeel:ring:products'
export const TTL_KEY = 'evenkeel:ttl'
