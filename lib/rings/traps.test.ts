import { expect, test } from 'vitest'
import type { RingNode, RingOptions, RingSpec } from '../model/ring.ts'
import { haproxyIds, haproxyNumber } from './algorithms/haproxy.ts'
import { haproxyBegin, haproxyPlaces } from './algorithms/haproxyConsistent.ts'
import { ketamaCounts } from './algorithms/ketama.ts'
import { nginxPlaces } from './algorithms/nginxConsistent.ts'
import { twemproxyCounts, twemproxyName } from './algorithms/twemproxy.ts'
import { arcAt, nearestCircle, packPoint } from './arcs.ts'
import { evaluate } from './evaluate.ts'
import { bytesOf } from './hashes/bytes.ts'
import { crc32, crc32Of15Bits } from './hashes/crc32.ts'
import { fullHash } from './hashes/haproxy.ts'
import { oneAtATime, twemproxyHashes } from './hashes/twemproxy.ts'
import { placeRing } from './placement.ts'

// Where programs do other than one would think. The live tests hold all of it against the programs themselves; here it has a name.

const nodesOf = (weights: readonly number[], more: (i: number) => Partial<RingNode> = () => ({})): RingNode[] =>
  weights.map((weight, i) => ({ name: `10.0.0.${i + 1}:6379`, weight, ...more(i) }))
const sharesOf = (algorithm: RingSpec['algorithm'], nodes: RingNode[], options: RingOptions = {}) =>
  Object.values(evaluate({ before: { algorithm, nodes, options } }).before.shares)

test('HAProxy: the nearest point owns, the earlier one when both are as near, round the end too', () => {
  const ownerOf = (points: number[]) => {
    const { ends, owners } = nearestCircle(Float64Array.from(points, (place, node) => packPoint(place, node)))
    return (hash: number) => owners[arcAt(ends, hash)]
  }
  const two = ownerOf([100, 200])
  expect([100, 149, 150, 151, 200].map(two)).toEqual([0, 0, 0, 1, 1])
  // From 200 round to 100 there are 2^32 − 100 steps: half of them are the later point's.
  const middle = 200 + (2 ** 32 - 100) / 2
  expect([middle, middle + 1, 2 ** 32 - 1, 0].map(two)).toEqual([1, 0, 0, 0])
  const late = ownerOf([10, 2 ** 32 - 2])
  expect([0, 4, 5, 10].map(late)).toEqual([1, 1, 0, 0])
})

test('HAProxy: avalanche is on by itself only for a circle without a named function', () => {
  const words = (algorithm: RingSpec['algorithm'], options: RingOptions) =>
    haproxyNumber({ algorithm, nodes: nodesOf([1]), options }).number
  expect(words('haproxy-consistent', {})).toBe('sdbm avalanche')
  expect(words('haproxy-consistent', { function: 'sdbm' })).toBe('sdbm')
  expect(words('haproxy-consistent', { function: 'djb2', avalanche: true })).toBe('djb2 avalanche')
  expect(words('haproxy-map', {})).toBe('sdbm')
  expect(words('haproxy-map', { avalanche: true })).toBe('sdbm avalanche')
  const hash = (options: RingOptions) => haproxyNumber({ algorithm: 'haproxy-consistent', nodes: nodesOf([1]), options }).hash('product:7')
  expect(hash({})).toBe(fullHash(hash({ function: 'sdbm' })))
})

test('HAProxy: `balance source` heeds avalanche and its default, no function', () => {
  const number = (options: RingOptions) => haproxyNumber({ algorithm: 'haproxy-consistent', nodes: nodesOf([1]), options })
  const address = 127 * 2 ** 24 + 1
  expect(number({ input: 'source', function: 'crc32' }).hash('127.0.0.1')).toBe(address)
  expect(number({ input: 'source', function: 'wt6' }).number).toBe(number({ input: 'source', avalanche: false }).number)
  expect(number({ input: 'source' }).hash('127.0.0.1')).toBe(fullHash(address))
})

test('HAProxy: ids are positions unless given, 0 is an id, and a node’s points begin at id × 4096', () => {
  const ids = (given: (number | undefined)[]) =>
    haproxyIds({ algorithm: 'haproxy-consistent', nodes: given.map((id, i) => ({ name: `s${i}`, ...(id === undefined ? {} : { id }) })) })
  expect(ids([undefined, undefined, 0])).toEqual([1, 2, 0])
  expect(ids([2, undefined, undefined])).toEqual([2, 3, 4])
  const begin = (id: number, version?: string) =>
    haproxyBegin({ algorithm: 'haproxy-consistent', nodes: nodesOf([1]), options: version ? { version } : {} }, 0, id)
  expect(begin(3)).toBe(3 * 4096)
  expect(begin(0, '2.6.12')).toBe(0)
  expect(begin(3, '3.2.6')).toBe(fullHash(3))
  expect(haproxyPlaces(begin(3), 2)).toEqual(Float64Array.of(fullHash(3 * 4096), fullHash(3 * 4096 + 1)))
  for (const version of ['2.9.0', '3.2.7', '3.3.0', '3.3-dev1']) expect(begin(3, version)).toBe(begin(3))
})

test('HAProxy: drained, in maintenance and of weight 0 are alike, and the others keep their ids', () => {
  for (const algorithm of ['haproxy-consistent', 'haproxy-map'] as const) {
    const out = (node: Partial<RingNode>) =>
      sharesOf(
        algorithm,
        nodesOf([3, 5, 7, 2], (i) => (i === 1 ? node : {})),
      )
    expect(out({ state: 'drain' })).toEqual(out({ state: 'maint' }))
    expect(out({ state: 'maint' })[1]).toBe(0)
  }
  const circle = (node: Partial<RingNode>) =>
    sharesOf(
      'haproxy-consistent',
      nodesOf([3, 5, 7, 2], (i) => (i === 1 ? node : {})),
    )
  expect(circle({ weight: 0 })).toEqual(circle({ state: 'drain' }))
  const gone = nodesOf([3, 5, 7, 2], (i) => ({ id: i + 1 })).filter((_, i) => i !== 1)
  expect(sharesOf('haproxy-consistent', gone)).toEqual(circle({ state: 'maint' }).filter((_, i) => i !== 1))
})

test('HAProxy: a map-based table is filled by weights over their common divisor', () => {
  const size = (weights: number[]) =>
    (placeRing({ algorithm: 'haproxy-map', nodes: nodesOf(weights) }).space as { owners: Int32Array }).owners.length
  expect(size([10, 20, 30])).toBe(6)
  expect(size([10, 20, 31])).toBe(61)
})

test('nginx: the port is what follows the last colon, `unix:` is dropped, and a name without a port is another name', () => {
  const first = (name: string) => nginxPlaces({ name }, 1)[0]
  expect(first('10.0.0.1')).not.toBe(first('10.0.0.1:80'))
  expect(first('10.0.0.1:80')).toBe(crc32(Uint8Array.from([...bytesOf('10.0.0.1'), 0, ...bytesOf('80'), 0, 0, 0, 0])))
  expect(first('[::1]:80')).toBe(crc32(Uint8Array.from([...bytesOf('[::1]'), 0, ...bytesOf('80'), 0, 0, 0, 0])))
  expect(first('unix:/run/a.sock')).toBe(crc32(Uint8Array.from([...bytesOf('/run/a.sock'), 0, 0, 0, 0, 0])))
  expect(nginxPlaces({ name: 'a:1' }, 160)).toEqual(nginxPlaces({ name: 'a:1', weight: 2 }, 320).slice(0, 160))
})

test('nginx: a weight more or less moves nothing between the other servers', () => {
  const { movedBetween } = evaluate({
    before: { algorithm: 'nginx-consistent', nodes: nodesOf([2, 3, 1, 2]) },
    after: { algorithm: 'nginx-consistent', nodes: nodesOf([2, 4, 1, 2]) },
  })
  expect(new Set(movedBetween!.map(({ to }) => to))).toEqual(new Set(['10.0.0.2:6379']))
})

test('nginx: after 21 tries a key is nobody’s, with and without `consistent`', () => {
  const down = nodesOf([60, 1], (i) => (i === 0 ? { state: 'down' } : {}))
  const [gone, left] = sharesOf('nginx-consistent', down)
  expect(gone).toBe(0)
  // A run of 21 points of the large server ends in round robin.
  expect(left).toBeGreaterThan(0.2)
  expect(left).toBeLessThan(0.4)
  const keys = Array.from({ length: 4_000 }, (_, i) => `k${i}`)
  const { owners } = evaluate({ before: { algorithm: 'nginx-hash', nodes: down }, keys })
  const nobody = owners!.before.filter((owner) => owner === null).length / keys.length
  expect(Math.abs(nobody - (60 / 61) ** 21)).toBeLessThan(0.03)
})

test('nginx: plain `hash` tries again with the try’s number before the key, the hashes summed', () => {
  const nodes = nodesOf([2, 2, 2], (i) => (i === 0 ? { state: 'down' } : {}))
  const { ownerOf } = placeRing({ algorithm: 'nginx-hash', nodes })
  const hash = (text: string) => crc32Of15Bits(bytesOf(text))
  const key = Array.from({ length: 1_000 }, (_, i) => `k${i}`).find((one) => hash(one) % 6 < 2 && (hash(one) + hash(`1${one}`)) % 6 >= 2)!
  expect(ownerOf(key)).toBe(Math.floor(((hash(key) + hash(`1${key}`)) % 6) / 2))
})

test('twemproxy: counts are shared out, so that one weight changes everybody’s', () => {
  const counts = (weights: number[]) => twemproxyCounts({ algorithm: 'twemproxy-ketama', nodes: nodesOf(weights) })
  expect(counts(new Array(10).fill(1))).toEqual(new Array(10).fill(160))
  expect(counts([2, ...new Array(9).fill(1)])).toEqual([288, ...new Array(9).fill(144)])
  const out = nodesOf([2, 1, 1], (i) => (i === 0 ? { state: 'down' } : {}))
  expect(twemproxyCounts({ algorithm: 'twemproxy-ketama', nodes: out })).toEqual([0, 160, 160])
})

test('twemproxy: a server is hashed by its label, else by host and port, at 11211 by the host alone; the file’s order is no matter', () => {
  expect(twemproxyName({ name: 'x', address: '10.0.0.1:11211' })).toBe('10.0.0.1')
  expect(twemproxyName({ name: 'x', address: '10.0.0.1:1121' })).toBe('10.0.0.1:1121')
  expect(twemproxyName({ name: 'x', address: '10.0.0.1:11211', label: 'a:11211' })).toBe('a:11211')
  for (const algorithm of ['twemproxy-ketama', 'twemproxy-modula'] as const) {
    const nodes = nodesOf([3, 5, 7])
    expect(sharesOf(algorithm, nodes.toReversed()).toReversed()).toEqual(sharesOf(algorithm, nodes))
    expect(evaluate({ before: { algorithm, nodes }, after: { algorithm, nodes: nodes.toReversed() } }).moved).toBe(0)
  }
})

test('twemproxy: bytes from 0x80 on are signed, crc32 has 15 bits, crc16 more than 16, the fnv 64 are 32', () => {
  const bytes = Uint8Array.of(0xe9)
  // One byte, as if it were −23.
  expect(twemproxyHashes.fnv1a_32(bytes)).toBe(Math.imul((0x811c9dc5 ^ -23) | 0, 0x01000193) >>> 0)
  expect(twemproxyHashes.fnv1a_64(bytes)).toBe(Math.imul((0x84222325 ^ -23) | 0, 0x1b3) >>> 0)
  expect(oneAtATime(bytes)).not.toBe(oneAtATime(Uint8Array.of(0x69)))
  const texts = Array.from({ length: 500 }, (_, i) => bytesOf(`key:${i}`))
  expect(Math.max(...texts.map(twemproxyHashes.crc32))).toBeLessThan(2 ** 15)
  expect(Math.max(...texts.map(twemproxyHashes.crc32a))).toBeGreaterThan(2 ** 16)
  expect(Math.max(...texts.map(twemproxyHashes.crc16))).toBeGreaterThan(2 ** 16)
})

test('three ketamas round three ways', () => {
  const pools = Array.from({ length: 400 }, (_, i) => Array.from({ length: 2 + (i % 11) }, (_, k) => 1 + ((i * 7 + k * 13) % 29)))
  const differ = { libketama: 0, hashring: 0 }
  for (const weights of pools) {
    const nodes = nodesOf(weights)
    const float = twemproxyCounts({ algorithm: 'twemproxy-ketama', nodes })
    for (const client of ['libketama', 'hashring'] as const)
      if (ketamaCounts({ algorithm: 'ketama', nodes, options: { client } }).some((count, i) => count !== float[i])) differ[client]++
  }
  expect(differ.libketama).toBeGreaterThan(0)
  expect(differ.hashring).toBeGreaterThan(differ.libketama)
  expect(ketamaCounts({ algorithm: 'ketama', nodes: nodesOf([1, 1], () => ({ points: 7 })) })).toEqual([7, 7])
})

test('libmemcached: one weight above 1 places weighted points, while keys stay one_at_a_time', () => {
  const placed = (weights: number[], weighted = false) =>
    placeRing({ algorithm: 'libmemcached', nodes: nodesOf(weights), options: { weighted } })
  expect(placed([1, 1, 2]).number).toBe('one_at_a_time')
  expect(placed([1, 1, 2]).space).toEqual(placed([1, 1, 2], true).space)
  expect(placed([1, 1, 2], true).number).toBe('md5')
  expect(placed([1, 1, 1]).space).not.toEqual(placed([1, 1, 1], true).space)
})

test('Envoy: the sums run, so that the order of hosts decides who gets the odd point', () => {
  const options = { minimumRingSize: 2, maximumRingSize: 2 }
  const nodes = nodesOf([1, 1, 1])
  const having = (list: RingNode[]) =>
    Object.entries(evaluate({ before: { algorithm: 'envoy-ring-hash', nodes: list, options } }).before.shares).flatMap(([name, share]) =>
      share > 0 ? [name] : [],
    )
  expect(having(nodes)).toEqual([nodes[0]!.name, nodes[1]!.name])
  expect(having(nodes.toReversed())).toEqual([nodes[2]!.name, nodes[1]!.name])
})

test('limits: 1,000 nodes and 2 million points really placed, refused as too large', () => {
  const code = (before: RingSpec) => {
    try {
      evaluate({ before })
    } catch (error) {
      return (error as { code: string }).code
    }
    return 'computed'
  }
  expect(code({ algorithm: 'haproxy-map', nodes: nodesOf(new Array(1_001).fill(1)) })).toBe('invalid')
  expect(code({ algorithm: 'haproxy-map', nodes: nodesOf(new Array(1_000).fill(1)) })).toBe('computed')
  expect(code({ algorithm: 'nginx-consistent', nodes: nodesOf([12_501]) })).toBe('invalid')
  // A server that is out places none in HAProxy.
  expect(
    code({ algorithm: 'haproxy-consistent', nodes: nodesOf(new Array(600).fill(256), (i) => (i > 1 ? { state: 'maint' } : {})) }),
  ).toBe('computed')
})
