import type { RingAlgorithm, RingSpec } from '../model/ring.ts'

/** What each algorithm hashes or weighs of a node, and so what can be edited. */
export type NodeField = 'address' | 'label' | 'id' | 'weight' | 'points' | 'slots'
export const FIELDS: Record<RingAlgorithm, readonly NodeField[]> = {
  'haproxy-consistent': ['id', 'weight'],
  'haproxy-map': ['id', 'weight'],
  'nginx-consistent': ['address', 'weight'],
  'nginx-hash': ['weight'],
  'envoy-ring-hash': ['address', 'label', 'weight'],
  'envoy-maglev': ['address', 'label', 'weight'],
  'twemproxy-ketama': ['address', 'label', 'weight'],
  'twemproxy-modula': ['weight'],
  ketama: ['address', 'weight', 'points'],
  libmemcached: ['address', 'weight'],
  'redis-cluster': ['slots'],
}

/** The fields of this ring's nodes. A ketama node has either its own points or a weight: both only where both are given. */
export function fieldsOf({ algorithm, nodes }: RingSpec): NodeField[] {
  const [points, weights] = [nodes.some((node) => node.points !== undefined), nodes.some((node) => node.weight !== undefined)]
  return FIELDS[algorithm].filter(
    (field) => algorithm !== 'ketama' || (field !== 'weight' && field !== 'points') || (field === 'points' ? points : weights || !points),
  )
}

export type OptionField = { name: string; label: string; help: string } & (
  | { kind: 'choice'; choices: readonly string[]; standard: string }
  | { kind: 'flag'; standard: string }
  | { kind: 'number' | 'text'; standard: string }
)
const haproxy: OptionField[] = [
  {
    name: 'function',
    label: 'Hash function',
    kind: 'choice',
    choices: ['sdbm', 'djb2', 'wt6', 'crc32'],
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
/** The options that each algorithm knows. */
export const OPTIONS: Record<RingAlgorithm, readonly OptionField[]> = {
  'haproxy-consistent': haproxy,
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
  ],
  'envoy-maglev': [{ name: 'tableSize', label: 'Table size', kind: 'number', standard: '65537', help: 'a prime' }],
  'twemproxy-ketama': twemproxy,
  'twemproxy-modula': twemproxy,
  ketama: [
    {
      name: 'client',
      label: 'Client',
      kind: 'choice',
      choices: ['libketama', 'hashring'],
      standard: 'libketama',
      help: 'whose rounding of weights',
    },
  ],
  libmemcached: [{ name: 'weighted', label: 'Weighted', kind: 'flag', standard: 'off', help: 'KETAMA_WEIGHTED: MD5 points' }],
  'redis-cluster': [],
}
