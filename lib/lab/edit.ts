import type { RingAlgorithm, RingNode, RingSpec } from '../model/ring.ts'
import { weightOf } from '../rings/algorithm.ts'

const SLOTS = 16_384

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

/** A first ring to describe. */
export const EXAMPLE: RingSpec = {
  algorithm: 'ketama',
  nodes: ['cache-a', 'cache-b', 'cache-c'].map((name, at) => ({ name, address: `10.0.0.${at + 1}:6379`, points: 160 })),
}

/** The same nodes under another algorithm: what it does not know is left out, what it weighs by is taken over as near as can be. */
export function withAlgorithm(spec: RingSpec, algorithm: RingAlgorithm): RingSpec {
  if (algorithm === spec.algorithm) return spec
  const weights = weightsOf(spec)
  const fields = FIELDS[algorithm]
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1
  const plain = weights.every((weight) => weight === 1)
  let given = 0
  const nodes = spec.nodes.map(({ name, address, label, id, state }, at): RingNode => {
    const node: RingNode = { name, ...(address !== undefined && { address }), ...(state !== undefined && { state }) }
    if (fields.includes('label') && label !== undefined) node.label = label
    if (fields.includes('id') && id !== undefined) node.id = id
    if (fields.includes('weight') && !plain) node.weight = weights[at]
    if (fields.includes('slots')) {
      const from = Math.round((given / total) * SLOTS)
      given += weights[at]!
      const to = Math.round((given / total) * SLOTS) - 1
      if (to >= from) node.slots = [[from, to]]
    }
    return node
  })
  const known = OPTIONS[algorithm].map(({ name }) => name)
  const kept = sameFamily(spec.algorithm, algorithm) ? Object.entries(spec.options ?? {}).filter(([name]) => known.includes(name)) : []
  return { algorithm, nodes, ...(kept.length > 0 && { options: Object.fromEntries(kept) }) }
}

const sameFamily = (one: RingAlgorithm, other: RingAlgorithm) => one.split('-')[0] === other.split('-')[0]

/** Small whole weights in the proportion of what the nodes have now. */
function weightsOf({ algorithm, nodes }: RingSpec): number[] {
  const raw = nodes.map((node) => {
    if (algorithm === 'redis-cluster') return (node.slots ?? []).reduce((sum, [from, to]) => sum + to - from + 1, 0)
    return node.points ?? weightOf(node)
  })
  if (!raw.every((value) => Number.isSafeInteger(value) && value > 0)) return nodes.map(() => 1)
  if (algorithm !== 'redis-cluster' && algorithm !== 'ketama') return raw
  const divisor = raw.reduce(gcd)
  const least = raw.map((value) => value / divisor)
  const most = Math.max(...least)
  return most <= 100 ? least : least.map((value) => Math.max(1, Math.round((value / most) * 100)))
}
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** One more node, named on from the last: cache-c after cache-b, node4 after node3. */
export function withNode(spec: RingSpec): RingSpec {
  const taken = new Set(spec.nodes.map(({ name }) => name))
  const last = spec.nodes.at(-1)
  let name = nextName(last?.name ?? 'node0')
  while (taken.has(name)) name = nextName(name)
  const node: RingNode = { name }
  if (last?.address !== undefined) node.address = nextAddress(last.address, new Set(spec.nodes.map(({ address }) => address)))
  if (last?.points !== undefined) node.points = middle(spec.nodes.flatMap(({ points }) => points ?? []))
  else if (last?.weight !== undefined) node.weight = middle(spec.nodes.flatMap(({ weight }) => weight ?? []))
  return { ...spec, nodes: [...spec.nodes, node] }
}

function nextName(name: string): string {
  const [, head = name, digits] = /^(.*?)(\d{1,9})$/s.exec(name) ?? []
  if (digits !== undefined) return head + String(Number(digits) + 1).padStart(digits.length, '0')
  return /(^|[-_.])[a-y]$/.test(name) ? name.slice(0, -1) + String.fromCharCode(name.charCodeAt(name.length - 1) + 1) : `${name}2`
}
/** The next host of an IPv4 address that nobody has; else the next port. */
function nextAddress(address: string, taken: ReadonlySet<string | undefined>): string {
  const [, net, host, port = ''] = /^(\d+\.\d+\.\d+\.)(\d+)(:\d+)?$/.exec(address) ?? []
  if (net === undefined) return nextName(address)
  for (let at = Number(host) + 1; at < 255; at++) if (!taken.has(net + at + port)) return net + at + port
  return nextName(address)
}
const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

/** The slots of a cluster that no node has. */
export function missingSlots({ nodes }: RingSpec): [number, number][] {
  const taken = new Uint8Array(SLOTS)
  for (const { slots = [] } of nodes) for (const [from, to] of slots) taken.fill(1, from, to + 1)
  const missing: [number, number][] = []
  for (let slot = 0; slot < SLOTS; slot++) {
    if (taken[slot]) continue
    const last = missing.at(-1)
    if (last && last[1] === slot - 1) last[1] = slot
    else missing.push([slot, slot])
  }
  return missing
}

/** `0-5460 5462` of slots, and back; null of what is none. */
export const slotsText = (slots: RingNode['slots']): string =>
  (slots ?? []).map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(' ')
export function readSlots(text: string): [number, number][] | null {
  const slots: [number, number][] = []
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    if (from === undefined) return null
    slots.push([Number(from), Number(to)])
  }
  return slots
}
