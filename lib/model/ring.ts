/** The algorithms that Evenkeel computes exactly: the same key goes to the same server as in the real program. */
export const RING_ALGORITHMS = [
  'haproxy-consistent',
  'haproxy-map',
  'nginx-consistent',
  'nginx-hash',
  'envoy-ring-hash',
  'envoy-maglev',
  'twemproxy-ketama',
  'twemproxy-modula',
  'varnish-shard',
  'varnish-hash',
  'ketama',
  'libmemcached',
  'modulo',
  'dalli',
  'rendezvous',
  'jump',
  'redis-rb',
  'predis',
  'groupcache',
  'redis-cluster',
] as const
export type RingAlgorithm = (typeof RING_ALGORITHMS)[number]

export type RingNode = {
  /** Identity in the answer, unique within a spec. */
  name: string
  /** The server as its program's configuration writes it; hashed by several algorithms. Default: `name`. */
  address?: string
  /** Text hashed instead of `address`, where the program has such a setting. */
  label?: string
  /** HAProxy's server id. Default: 1-based position. 0: added at run time without `id`. */
  id?: number
  /** Whole number, default 1. HAProxy 0..256; others at least 1. */
  weight?: number
  /** ketama only: exactly this many points. */
  points?: number
  /** Default 'up'. */
  state?: 'up' | 'drain' | 'maint' | 'down'
  /** redis-cluster: inclusive ranges within 0..16383. */
  slots?: [number, number][]
}

export type RingOptions = {
  function?: 'sdbm' | 'djb2' | 'wt6' | 'crc32' | 'none' | 'XX_HASH' | 'MURMUR_HASH_2'
  /** What HAProxy hashes of a server. */
  hashKey?: 'id' | 'id32' | 'addr' | 'addr-port' | 'guid'
  avalanche?: boolean
  /** HAProxy: text or source. Varnish's shard: text (a URL, or `.key()`), digest, blob or number. */
  input?: 'text' | 'source' | 'digest' | 'blob' | 'number'
  version?: string
  minimumRingSize?: number
  maximumRingSize?: number
  tableSize?: number
  hash?:
    | 'one_at_a_time'
    | 'md5'
    | 'crc16'
    | 'crc32'
    | 'crc32a'
    | 'fnv1_64'
    | 'fnv1a_64'
    | 'fnv1_32'
    | 'fnv1a_32'
    | 'hsieh'
    | 'murmur'
    | 'jenkins'
  hashTag?: string
  hashStop?: string
  seed?: string
  /** Envoy: how a request's key is hashed. */
  keyHash?: 'xxhash64' | 'murmur2'
  /** Envoy: bounded load. A host takes at most so many percent of its part of what is under way; its keys go on to others meanwhile. */
  hashBalanceFactor?: number
  /** groupcache: points a node. Varnish's shard: of a weight of 1. */
  replicas?: number
  /** Which program's rules, where several make a ring of this kind. */
  client?:
    | 'libketama'
    | 'hashring'
    | 'spymemcached'
    | 'evcache'
    | 'uhashring'
    | 'predis'
    | 'libmemcached'
    | 'gomemcache'
    | 'python-memcached'
    | 'memjs'
    | 'phpredis'
    | 'pymemcache'
    | 'go-redis'
    | 'caddy'
    | 'traefik'
    | 'envoy'
    | 'memcached-proxy'
    | 'dskit'
  weighted?: boolean
}

export type RingSpec = {
  algorithm: RingAlgorithm
  /** In the order of the program's configuration: for several algorithms the order matters. */
  nodes: RingNode[]
  options?: RingOptions
}

/** Window of a ring's shares seen: at 100 lookups a second a share of a third is known to ±3 %. */
export const RING_SEEN_MS = 10_000

export type RingMove = { from: string | null; to: string | null; share: number }

/** Of a ring with bounded load: the largest share of each node, and the shares once what is beyond them has gone on, where keys are asked alike and many requests are under way. */
export type BoundedAnswer = { factor: number; most: Record<string, number>; shares: Record<string, number>; spilled: number }
type RingSide = { shares: Record<string, number>; bounded?: BoundedAnswer }

/** The answer of a what-if. Shares are fractions of the hash space, exact to 1e-6. `spill`: for each key the nodes that it goes on to, in their order. */
export type RingAnswer = {
  before: RingSide
  after?: RingSide
  moved?: number
  movedBetween?: RingMove[]
  owners?: { before: (string | null)[]; after?: (string | null)[]; spill?: { before?: string[][]; after?: string[][] } }
}
