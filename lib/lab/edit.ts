import type { RingAlgorithm, RingNode, RingSpec } from '../model/ring.ts'
import { weightOf } from '../rings/algorithm.ts'
import { FIELDS, FIRST_OPTIONS, optionsKept } from './fields.ts'
import { SLOTS } from './slots.ts'

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
  // Of the clients of rendezvous hashing, the first one in the list knows no weights.
  const weighs = fields.includes('weight') && algorithm !== 'rendezvous'
  const nodes = spec.nodes.map(({ name, address, label, id, state }, at): RingNode => {
    const node: RingNode = { name, ...(address !== undefined && { address }), ...(state !== undefined && { state }) }
    if (fields.includes('label') && label !== undefined) node.label = label
    if (fields.includes('id') && id !== undefined) node.id = id
    if (weighs && !plain) node.weight = weights[at]
    if (fields.includes('slots')) {
      const from = Math.round((given / total) * SLOTS)
      given += weights[at]!
      const to = Math.round((given / total) * SLOTS) - 1
      if (to >= from) node.slots = [[from, to]]
    }
    return node
  })
  const kept = { ...FIRST_OPTIONS[algorithm], ...(sameFamily(spec.algorithm, algorithm) && optionsKept(algorithm, spec.options ?? {})) }
  return { algorithm, nodes, ...(Object.keys(kept).length > 0 && { options: kept }) }
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
