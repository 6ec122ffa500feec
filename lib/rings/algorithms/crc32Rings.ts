import type { RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, sum } from '../algorithm.ts'
import { arcAt, type Circle, orderPoints, type Points, packPoint, predecessorCircle, successorCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32 } from '../hashes/crc32.ts'
import { md5First } from '../hashes/md5.ts'
import { swap4 } from '../hashes/wide.ts'
import { taggedPart } from '../hashTag.ts'
import { refusesWeights } from '../refusals.ts'
import { releaseOf } from '../version.ts'

const REDIS_RB_POINTS = 160
const FIRST_WITH_MD5 = 5_000_000
const PREDIS_POINTS = 128
export const PREDIS_WEIGHT = 100
const GROUPCACHE_POINTS = 50

/** A circle of CRC-32 numbers: `place` gives the point of a node's text and its number. Of equal points the one made last counts. */
function crcCircle(
  spec: RingSpec,
  counts: readonly number[],
  place: (text: string, i: number) => number,
  circle: (points: Points) => Circle,
): Circle {
  const points = new Float64Array(sum(counts))
  let at = 0
  for (const [index, node] of spec.nodes.entries())
    for (let i = 0; i < counts[index]!; i++) points[at++] = packPoint(place(addressOf(node), i), index)
  return circle(orderPoints(points, 'last'))
}

const md5BigEndian = (text: string) => swap4(md5First(bytesOf(text)))
const crcOf = (text: string) => crc32(bytesOf(text))

/** What redis-rb hashes of a key: `^\{(.+?)\}`, where `^` begins any line and `.` is no line feed, as in Ruby. */
const rubyTag = (key: string) => /(?:^|\n)\{([^\n]+?)\}/.exec(key)?.[1] ?? key

/** `Redis::Distributed` of redis-rb (lib/redis/hash_ring.rb): the node's `id` is hashed, MD5 from 5.0 on, CRC-32 before. */
export const redisRb: Algorithm = {
  id: 'redis-rb',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  refuses: (spec) => refusesWeights(spec, 'Redis::Distributed'),
  weightless: () => 'Redis::Distributed gives every node 160 points',
  size: (spec) => spec.nodes.length * REDIS_RB_POINTS,
  place(spec) {
    const old = releaseOf(spec.options?.version) < FIRST_WITH_MD5
    const place = (text: string, i: number) => (old ? crcOf : md5BigEndian)(`${text}:${i}`)
    const counts = spec.nodes.map(() => REDIS_RB_POINTS)
    const space = crcCircle(spec, counts, place, predecessorCircle)
    return { number: 'crc32 ruby tag', space, ownerOf: (key) => space.owners[arcAt(space.ends, crcOf(rubyTag(key)))]! }
  },
}

/** Predis, its default distribution (src/Cluster/Distributor/HashRing.php). */
export const predis: Algorithm = {
  id: 'predis',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  usualWeight: () => PREDIS_WEIGHT,
  size: (spec) => sum(predisCounts(spec)),
  place(spec) {
    const space = crcCircle(spec, predisCounts(spec), (text, i) => crcOf(`${text}:${i}`), predecessorCircle)
    return { number: 'crc32 tag', space, ownerOf: (key) => space.owners[arcAt(space.ends, crcOf(taggedPart(key, '{', '}')))]! }
  },
}

/** Weights of Predis are 100 where none is given. */
export const predisWeight = ({ weight = PREDIS_WEIGHT }: { weight?: number }): number => weight

function predisCounts({ nodes }: RingSpec): number[] {
  const total = sum(nodes.map(predisWeight))
  return nodes.map((node) => Math.round((predisWeight(node) / total) * nodes.length * PREDIS_POINTS))
}

/** groupcache (consistenthash.go): the point's number stands before the node's name. */
export const groupcache: Algorithm = {
  id: 'groupcache',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  refuses: (spec) => refusesWeights(spec, 'groupcache'),
  weightless: () => 'groupcache gives every node the same number of points',
  size: (spec) => spec.nodes.length * (spec.options?.replicas ?? GROUPCACHE_POINTS),
  place(spec) {
    const counts = spec.nodes.map(() => spec.options?.replicas ?? GROUPCACHE_POINTS)
    const space = crcCircle(spec, counts, (text, i) => crcOf(`${i}${text}`), successorCircle)
    return { number: 'crc32', space, ownerOf: (key) => space.owners[arcAt(space.ends, crcOf(key))]! }
  },
}
