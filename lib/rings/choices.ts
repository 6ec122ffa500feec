/** The values that an option may have: schemas, algorithms and forms name them from here. */
export const HAPROXY_FUNCTIONS = ['sdbm', 'djb2', 'wt6', 'crc32', 'none'] as const
export const HAPROXY_INPUTS = ['text', 'source'] as const
export const HAPROXY_HASH_KEYS = ['id', 'id32', 'addr', 'addr-port', 'guid'] as const

/** What `by` of the shard director makes of a request. */
export const SHARD_INPUTS = ['text', 'digest', 'blob', 'number'] as const

export const ENVOY_FUNCTIONS = ['XX_HASH', 'MURMUR_HASH_2'] as const
export const ENVOY_KEY_HASHES = ['xxhash64', 'murmur2'] as const

export const TWEMPROXY_HASHES = [
  'one_at_a_time',
  'md5',
  'crc16',
  'crc32',
  'crc32a',
  'fnv1_64',
  'fnv1a_64',
  'fnv1_32',
  'fnv1a_32',
  'hsieh',
  'murmur',
  'jenkins',
] as const

export const KETAMA_CLIENTS = ['libketama', 'hashring', 'spymemcached', 'evcache', 'uhashring', 'predis'] as const

export const MODULO_CLIENTS = ['libmemcached', 'gomemcache', 'python-memcached', 'memjs', 'phpredis', 'spymemcached'] as const
/** What libmemcached offers for MODULA (libhashkit, `hashkit_hash_algorithm_t`). */
export const MODULO_HASHES = ['one_at_a_time', 'md5', 'crc32', 'fnv1_64', 'fnv1a_64', 'fnv1_32', 'fnv1a_32', 'murmur', 'jenkins'] as const

export const RENDEZVOUS_CLIENTS = ['pymemcache', 'go-redis', 'caddy', 'traefik', 'envoy'] as const
export const JUMP_CLIENTS = ['memcached-proxy', 'dskit'] as const
