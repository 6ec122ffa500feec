import type { RingAlgorithm, RingOptions, RingSpec } from '../model/ring.ts'

/** What each algorithm hashes or weighs of a node, and so what can be edited. */
export type NodeField = 'address' | 'label' | 'id' | 'weight' | 'points' | 'slots'
export const FIELDS: Record<RingAlgorithm, readonly NodeField[]> = {
  'haproxy-consistent': ['id', 'address', 'label', 'weight'],
  'haproxy-map': ['id', 'weight'],
  'nginx-consistent': ['address', 'weight'],
  'nginx-hash': ['weight'],
  'envoy-ring-hash': ['address', 'label', 'weight'],
  'envoy-maglev': ['address', 'label', 'weight'],
  'twemproxy-ketama': ['address', 'label', 'weight'],
  'twemproxy-modula': ['weight'],
  ketama: ['address', 'weight', 'points'],
  libmemcached: ['address', 'weight'],
  modulo: ['address', 'weight'],
  dalli: ['address', 'weight'],
  rendezvous: ['address', 'label', 'weight'],
  jump: ['address'],
  'redis-rb': ['address'],
  predis: ['address', 'weight'],
  groupcache: ['address'],
  'redis-cluster': ['slots'],
}

/** The fields of this ring's nodes. A ketama node has either its own points or a weight: both only where both are given. */
export function fieldsOf({ algorithm, nodes }: RingSpec): NodeField[] {
  const [points, weights] = [nodes.some((node) => node.points !== undefined), nodes.some((node) => node.weight !== undefined)]
  return FIELDS[algorithm].filter(
    (field) => algorithm !== 'ketama' || (field !== 'weight' && field !== 'points') || (field === 'points' ? points : weights || !points),
  )
}

export type OptionField = {
  name: string
  label: string
  help: string
  /** Other options without which this one is refused. */
  within?: RingOptions
} & (
  | { kind: 'choice'; choices: readonly string[]; standard: string }
  | { kind: 'flag'; standard: string }
  | { kind: 'number' | 'text'; standard: string }
)
const haproxy: OptionField[] = [
  {
    name: 'function',
    label: 'Hash function',
    kind: 'choice',
    choices: ['sdbm', 'djb2', 'wt6', 'crc32', 'none'],
    standard: 'sdbm',
    help: 'the word of hash-type',
  },
  {
    name: 'avalanche',
    label: 'Avalanche',
    kind: 'flag',
    standard: 'HAProxy’s own rule',
    help: 'on by default for consistent without a function',
  },
  { name: 'input', label: 'Key', kind: 'choice', choices: ['text', 'source'], standard: 'text', help: 'source: keys are IPv4 addresses' },
  { name: 'version', label: 'Version', kind: 'text', standard: '2.x', help: '3.0.0 to 3.2.6 place their points otherwise' },
]
const HASHES = [
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
]
const twemproxy: OptionField[] = [
  { name: 'hash', label: 'Hash', kind: 'choice', choices: HASHES, standard: 'fnv1a_64', help: 'crc32 has 15 bits there' },
  { name: 'hashTag', label: 'Hash tag', kind: 'text', standard: 'none', help: 'two characters, as {}' },
]
const choice = (
  name: string,
  label: string,
  choices: readonly string[],
  help: string,
  more: { standard?: string; within?: RingOptions } = {},
): OptionField => ({
  name,
  label,
  kind: 'choice',
  choices,
  standard: more.standard ?? choices[0]!,
  help,
  ...(more.within && { within: more.within }),
})
const text = (name: string, label: string, help: string, more: { standard?: string; within?: RingOptions } = {}): OptionField => ({
  name,
  label,
  kind: 'text',
  standard: more.standard ?? 'none',
  help,
  ...(more.within && { within: more.within }),
})
const envoyKey: OptionField[] = [
  choice('keyHash', 'Key hash', ['xxhash64', 'murmur2'], 'murmur2: every key behind RedisProxy'),
  text('hashTag', 'Hash tag', '{}: enable_hashtagging of RedisProxy', { within: { keyHash: 'murmur2' } }),
]
const MODULO_HASHES = HASHES.filter((name) => !['crc16', 'crc32a', 'hsieh'].includes(name))

/** Options without which an algorithm is not told apart: what a ring of that kind begins with. */
export const FIRST_OPTIONS: Partial<Record<RingAlgorithm, RingOptions>> = {
  rendezvous: { client: 'pymemcache' },
  jump: { client: 'memcached-proxy' },
}

/** The options of a ring that can be set now, beside those that it has. */
export const optionsOf = ({ algorithm, options = {} }: RingSpec): readonly OptionField[] =>
  OPTIONS[algorithm].filter(({ within }) => applies(within, options))

/** The options less those that another one no longer allows. */
export function optionsKept(algorithm: RingAlgorithm, options: RingOptions): RingOptions {
  const fields = OPTIONS[algorithm]
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => fields.some((field) => field.name === name && applies(field.within, options))),
  )
}

const applies = (within: RingOptions | undefined, options: RingOptions): boolean =>
  Object.entries(within ?? {}).every(([name, value]) => options[name as keyof RingOptions] === value)

/** The options that each algorithm knows. */
export const OPTIONS: Record<RingAlgorithm, readonly OptionField[]> = {
  'haproxy-consistent': [
    ...haproxy,
    choice('hashKey', 'Hash key', ['id', 'id32', 'addr', 'addr-port', 'guid'], 'what is hashed of a server; guid is the label here'),
  ],
  'haproxy-map': haproxy,
  'nginx-consistent': [],
  'nginx-hash': [],
  'envoy-ring-hash': [
    { name: 'minimumRingSize', label: 'Minimum ring size', kind: 'number', standard: '1024', help: 'points at least' },
    { name: 'maximumRingSize', label: 'Maximum ring size', kind: 'number', standard: '8388608', help: 'points at most' },
    {
      name: 'function',
      label: 'Hash function',
      kind: 'choice',
      choices: ['XX_HASH', 'MURMUR_HASH_2'],
      standard: 'XX_HASH',
      help: 'places hosts only',
    },
    ...envoyKey,
  ],
  'envoy-maglev': [{ name: 'tableSize', label: 'Table size', kind: 'number', standard: '65537', help: 'a prime' }, ...envoyKey],
  'twemproxy-ketama': twemproxy,
  'twemproxy-modula': twemproxy,
  ketama: [
    {
      name: 'client',
      label: 'Client',
      kind: 'choice',
      choices: ['libketama', 'hashring', 'spymemcached', 'evcache', 'uhashring', 'predis'],
      standard: 'libketama',
      help: 'whose counts, and whose dead',
    },
  ],
  libmemcached: [{ name: 'weighted', label: 'Weighted', kind: 'flag', standard: 'off', help: 'KETAMA_WEIGHTED: MD5 points' }],
  modulo: [
    choice('client', 'Client', ['libmemcached', 'gomemcache', 'python-memcached', 'memjs', 'phpredis', 'spymemcached'], 'whose hash'),
    choice('hash', 'Hash', MODULO_HASHES, 'crc32 has 15 bits there', { within: { client: 'libmemcached' } }),
    text('version', 'Version', 'before 1.60 a hash of 0 counts as 1', { standard: 'newest', within: { client: 'python-memcached' } }),
  ],
  dalli: [],
  rendezvous: [
    choice('client', 'Client', ['pymemcache', 'go-redis', 'caddy', 'traefik', 'envoy'], 'whose draw'),
    text('version', 'Version', 'before 2.8 with FNV-1a, before 2.6.3 the key first', { standard: 'newest', within: { client: 'caddy' } }),
    choice('keyHash', 'Key hash', ['xxhash64', 'murmur2'], 'murmur2: every key behind RedisProxy', { within: { client: 'envoy' } }),
    text('hashTag', 'Hash tag', '{}: enable_hashtagging of RedisProxy', { within: { client: 'envoy', keyHash: 'murmur2' } }),
  ],
  jump: [
    choice('client', 'Client', ['memcached-proxy', 'dskit'], 'dskit: Loki, Mimir, Tempo, Thanos'),
    text('hashTag', 'Hash tag', 'two characters, as {}', { within: { client: 'memcached-proxy' } }),
    text('hashStop', 'Hash stop', 'only what stands before it is hashed', { within: { client: 'memcached-proxy' } }),
    text('seed', 'Seed', 'of the pool', { within: { client: 'memcached-proxy' } }),
  ],
  'redis-rb': [text('version', 'Version', 'before 5 points are CRC-32', { standard: 'newest' })],
  predis: [],
  groupcache: [{ name: 'replicas', label: 'Replicas', kind: 'number', standard: '50', help: 'points a node' }],
  'redis-cluster': [],
}
