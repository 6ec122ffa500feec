import type { RingNode, RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, sum, weightOf } from '../algorithm.ts'
import { arcAt, type Circle, merged, orderPoints, type Points, packPoint, SPACE_32, wholeCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { sha256Words } from '../hashes/sha256.ts'
import { swap4 } from '../hashes/wide.ts'
import { releaseOf } from '../version.ts'

/** Points of a backend where `reconfigure` says no number. */
export const SHARD_REPLICAS = 67
/** Before, the hash director took the first four bytes of the SHA-256. */
const FIRST_WITH_LAST_BYTES = 6_004_000

/** What Varnish hashes of a text (VRT_HashStrands32): the last four bytes of its SHA-256, little-endian. */
export const varnishHash = (text: string): number => swap4(sha256Words(bytesOf(text))[7]!) >>> 0
const firstBytes = (bytes: Uint8Array): number => sha256Words(bytes)[0]! >>> 0

export const shardReplicas = ({ options }: RingSpec): number => options?.replicas ?? SHARD_REPLICAS

/** The name that a point is made of: the ident where one is given, else the backend's own. */
const identOf = (node: RingNode) => node.label ?? addressOf(node)

/** The places of a backend's first points, in their order. */
export function shardPlaces(node: RingNode, count: number): Float64Array {
  const ident = identOf(node)
  return Float64Array.from({ length: count }, (_, i) => varnishHash(`${ident}${i}`))
}

/** The 32 bits of a key, by what `by` of `.backend()` makes of the request. */
export function shardNumber({ options }: RingSpec): (key: string) => number {
  switch (options?.input) {
    case 'number':
      return (key) => Number(key)
    case 'blob':
      return (key) =>
        bytesOf(key)
          .subarray(0, 4)
          .reduce((all, byte) => all * 256 + byte, 0)
    // What the built-in vcl_hash adds: URL and host, each with a zero behind it.
    case 'digest':
      return (key) => firstBytes(bytesOf(`${key.replace(' ', '\0')}\0`))
    default:
      return varnishHash
  }
}

/** The director's binary search has no wrap: what lies behind the last point is the last one's. Of two points alone it finds the second. */
function shardCircle({ places, owners }: Points, points: number): Circle {
  if (owners.length === 0) return wholeCircle(-1)
  if (points === 2) return wholeCircle(owners.at(-1)!)
  const inside = places.at(-1) === SPACE_32 - 1 ? places.length - 1 : places.length
  const ends = Float64Array.from([...places.subarray(0, inside), SPACE_32 - 1])
  return merged({ kind: 'circle', size: SPACE_32, ends, owners: Int32Array.from([...owners.subarray(0, inside), owners.at(-1)!]) })
}

/** A backend that is sick keeps its points; its keys walk on, from the last point to the first. */
function walked({ places, owners }: Points, nodes: readonly RingNode[]): Points {
  const up = nodes.map(isUp)
  const count = owners.length
  const found = owners.slice()
  let next = owners.find((owner) => up[owner] === true) ?? -1
  for (let i = count - 1; i >= 0; i--) {
    if (up[owners[i]!]) next = owners[i]!
    found[i] = next
  }
  return { places, owners: found }
}

/** Varnish's `directors.shard`. A weight multiplies the replicas. */
export const varnishShard: Algorithm = {
  id: 'varnish-shard',
  weightMin: 1,
  weightMax: 1_000_000,
  refuses({ nodes }) {
    const idents = nodes.map(identOf)
    const twice = idents.findIndex((ident, i) => idents.indexOf(ident) < i)
    return twice < 0
      ? null
      : { path: `nodes[${twice}]`, because: 'has the points of another one: Varnish adds no backend whose ident is there already' }
  },
  refusesKey(spec, key) {
    if (spec.options?.input === 'number' && !(/^\d{1,10}$/.test(key) && Number(key) < SPACE_32)) return 'a whole number below 2^32'
    return spec.options?.input === 'digest' && !/^\S+ \S+$/.test(key) ? 'a URL, a blank and a host' : null
  },
  size: (spec) => sum(spec.nodes.map((node) => weightOf(node) * shardReplicas(spec))),
  place(spec) {
    const size = this.size(spec)
    const points = new Float64Array(size)
    let at = 0
    for (const [index, node] of spec.nodes.entries())
      for (const place of shardPlaces(node, weightOf(node) * shardReplicas(spec))) points[at++] = packPoint(place, index)
    const space = shardCircle(walked(orderPoints(points), spec.nodes), size)
    const number = shardNumber(spec)
    return {
      number: `varnish ${spec.options?.input ?? 'text'}`,
      space,
      ownerOf: (key) => space.owners[arcAt(space.ends, number(key))]!,
    }
  },
}

/** Varnish's `directors.hash`: a stretch of the hashes for each backend that is healthy, as long as its weight. */
export const varnishHashDirector: Algorithm = {
  id: 'varnish-hash',
  weightMin: 0,
  weightMax: 2 ** 31 - 1,
  size: (spec) => spec.nodes.length,
  place(spec) {
    const old = releaseOf(spec.options?.version) < FIRST_WITH_LAST_BYTES
    const space = stretches(spec)
    const number = old ? (key: string) => firstBytes(bytesOf(key)) : varnishHash
    return { number: old ? 'varnish sha256 head' : 'varnish text', space, ownerOf: (key) => space.owners[arcAt(space.ends, number(key))]! }
  },
}

/** The last hash of each stretch is found by the program's own arithmetic in doubles, so that it is the same to the bit. */
function stretches({ nodes }: RingSpec): Circle {
  const total = sum(nodes.filter(isUp).map(weightOf))
  if (total === 0) return wholeCircle(-1)
  const ends: number[] = []
  const owners: number[] = []
  let upTo = 0
  for (const [index, node] of nodes.entries()) {
    if (!isUp(node) || weightOf(node) === 0) continue
    upTo += weightOf(node)
    let [low, high] = [-1, SPACE_32 - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((middle / SPACE_32) * total < upTo) low = middle
      else high = middle - 1
    }
    if (low <= (ends.at(-1) ?? -1)) continue
    ends.push(low)
    owners.push(index)
  }
  return merged({ kind: 'circle', size: SPACE_32, ends: Float64Array.from(ends), owners: Int32Array.from(owners) })
}
