import type { RingAlgorithm, RingOptions, RingSpec } from '../model/ring.ts'
import {
  ENVOY_FUNCTIONS,
  ENVOY_KEY_HASHES,
  HAPROXY_FUNCTIONS,
  HAPROXY_HASH_KEYS,
  HAPROXY_INPUTS,
  JUMP_CLIENTS,
  KETAMA_CLIENTS,
  MODULO_CLIENTS,
  MODULO_HASHES,
  RENDEZVOUS_CLIENTS,
  SHARD_INPUTS,
  TWEMPROXY_HASHES,
} from '../rings/choices.ts'

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
  'varnish-shard': ['label', 'weight'],
  'varnish-hash': ['weight'],
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
type More = { standard?: string; within?: RingOptions }
const choice = (name: string, label: string, choices: readonly string[], help: string, { standard = choices[0]!, within }: More = {}) =>
  ({ name, label, kind: 'choice', choices, standard, help, ...(within && { within }) }) satisfies OptionField
const written =
  (kind: 'text' | 'number') =>
  (name: string, label: string, help: string, { standard = 'none', within }: More = {}) =>
    ({ name, label, kind, standard, help, ...(within && { within }) }) satisfies OptionField
const text = written('text')
const number = written('number')
const flag = (name: string, label: string, help: string, standard: string) =>
  ({ name, label, kind: 'flag', standard, help }) satisfies OptionField

const haproxy: OptionField[] = [
  choice('function', 'Hash function', HAPROXY_FUNCTIONS, 'the word of hash-type'),
  flag('avalanche', 'Avalanche', 'on by default for consistent without a function', 'HAProxy’s own rule'),
  choice('input', 'Key', HAPROXY_INPUTS, 'source: keys are IPv4 addresses'),
  text('version', 'Version', '3.0.0 to 3.2.6 place their points otherwise', { standard: '2.x' }),
]
const twemproxy: OptionField[] = [
  choice('hash', 'Hash', TWEMPROXY_HASHES, 'crc32 has 15 bits there', { standard: 'fnv1a_64' }),
  text('hashTag', 'Hash tag', 'two characters, as {}'),
]
const envoyKey: OptionField[] = [
  choice('keyHash', 'Key hash', ENVOY_KEY_HASHES, 'murmur2: every key behind RedisProxy'),
  text('hashTag', 'Hash tag', '{}: enable_hashtagging of RedisProxy', { within: { keyHash: 'murmur2' } }),
  number('hashBalanceFactor', 'Balance factor', 'hash_balance_factor: most load of a host, in percent of its part'),
]

/** Required options: what a ring of that algorithm begins with. */
export const FIRST_OPTIONS: Partial<Record<RingAlgorithm, RingOptions>> = {
  rendezvous: { client: 'pymemcache' },
  jump: { client: 'memcached-proxy' },
}

/** The options of a ring that can be set now, beside those that it has. */
export const optionsOf = ({ algorithm, options = {} }: RingSpec): readonly OptionField[] =>
  OPTIONS[algorithm].filter(({ within }) => applies(algorithm, within, options))

/** The options less those that another one no longer allows. */
export function optionsKept(algorithm: RingAlgorithm, options: RingOptions): RingOptions {
  const fields = OPTIONS[algorithm]
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => fields.some((field) => field.name === name && applies(algorithm, field.within, options))),
  )
}

/** Whether the options say what this one needs; an option that is not given has the default of its program. */
const applies = (algorithm: RingAlgorithm, within: RingOptions | undefined, options: RingOptions): boolean =>
  Object.entries(within ?? {}).every(([name, value]) => {
    const standard = OPTIONS[algorithm].find((field) => field.name === name)?.standard
    return (options[name as keyof RingOptions] ?? standard) === value
  })

/** The options that each algorithm knows. */
export const OPTIONS: Record<RingAlgorithm, readonly OptionField[]> = {
  'haproxy-consistent': [
    ...haproxy,
    choice('hashKey', 'Hash key', HAPROXY_HASH_KEYS, 'what is hashed of a server; guid is the label here'),
  ],
  'haproxy-map': haproxy,
  'nginx-consistent': [],
  'nginx-hash': [],
  'envoy-ring-hash': [
    number('minimumRingSize', 'Minimum ring size', 'points at least', { standard: '1024' }),
    number('maximumRingSize', 'Maximum ring size', 'points at most', { standard: '8388608' }),
    choice('function', 'Hash function', ENVOY_FUNCTIONS, 'places hosts only'),
    ...envoyKey,
  ],
  'envoy-maglev': [number('tableSize', 'Table size', 'a prime', { standard: '65537' }), ...envoyKey],
  'twemproxy-ketama': twemproxy,
  'twemproxy-modula': twemproxy,
  'varnish-shard': [
    number('replicas', 'Replicas', 'points of a weight of 1, as reconfigure says', { standard: '67' }),
    choice('input', 'Key', SHARD_INPUTS, 'text: URL or key(); digest: URL and host as vcl_hash has them'),
  ],
  'varnish-hash': [text('version', 'Version', 'before 6.4 with the first bytes of the SHA-256', { standard: 'newest' })],
  ketama: [choice('client', 'Client', KETAMA_CLIENTS, 'decides points and what happens to the keys of a dead node')],
  libmemcached: [flag('weighted', 'Weighted', 'KETAMA_WEIGHTED: MD5 points', 'off')],
  modulo: [
    choice('client', 'Client', MODULO_CLIENTS, 'decides the hash'),
    choice('hash', 'Hash', MODULO_HASHES, 'crc32 has 15 bits there', { within: { client: 'libmemcached' } }),
    text('version', 'Version', 'before 1.60 a hash of 0 counts as 1', { standard: 'newest', within: { client: 'python-memcached' } }),
  ],
  dalli: [],
  rendezvous: [
    choice('client', 'Client', RENDEZVOUS_CLIENTS, 'decides the hash'),
    text('version', 'Version', 'before 2.8 with FNV-1a, before 2.6.3 the key first', { standard: 'newest', within: { client: 'caddy' } }),
    choice('keyHash', 'Key hash', ENVOY_KEY_HASHES, 'murmur2: every key behind RedisProxy', { within: { client: 'envoy' } }),
    text('hashTag', 'Hash tag', '{}: enable_hashtagging of RedisProxy', { within: { client: 'envoy', keyHash: 'murmur2' } }),
  ],
  jump: [
    choice('client', 'Client', JUMP_CLIENTS, 'dskit: Loki, Mimir, Tempo, Thanos'),
    text('hashTag', 'Hash tag', 'two characters, as {}', { within: { client: 'memcached-proxy' } }),
    text('hashStop', 'Hash stop', 'only what stands before it is hashed', { within: { client: 'memcached-proxy' } }),
    text('seed', 'Seed', 'of the pool', { within: { client: 'memcached-proxy' } }),
  ],
  'redis-rb': [text('version', 'Version', 'before 5 points are CRC-32', { standard: 'newest' })],
  predis: [],
  groupcache: [number('replicas', 'Replicas', 'points a node', { standard: '50' })],
  'redis-cluster': [],
}
