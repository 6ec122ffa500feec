import type { RingNode, RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, liveNodes, sum, weightOf } from '../algorithm.ts'
import { afterCircle, arcAt, circleShares, orderPoints, type Points, successorCircle } from '../arcs.ts'
import type { KETAMA_CLIENTS } from '../choices.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { md5First } from '../hashes/md5.ts'
import { taggedPart } from '../hashTag.ts'
import { float32Hashes, ketamaPoints, POINTS_PER_MD5 } from '../ketamaPoints.ts'
import { refusesWeights } from '../refusals.ts'
import { firstUp, sharesAfterTries } from '../tries.ts'
import { PREDIS_WEIGHT, predisWeight } from './crc32Rings.ts'

type Client = (typeof KETAMA_CLIENTS)[number]
const clientOf = (spec: RingSpec) => (spec.options?.client ?? 'libketama') as Client

const HASHES_PER_SERVER = 40
const SPYMEMCACHED_TRIES = 7
/** These go on counting dead servers: their keys fail, or are hashed again. */
const KEEPS_THE_DEAD: readonly Client[] = ['spymemcached', 'evcache', 'predis']

/**
 * How many points each node has. libketama computes the share in float32 and the product in double, then floors as float32; npm `hashring`
 * computes all in double, spymemcached all in float32, uhashring in whole numbers. A node's own `points` go before all of them.
 */
export function ketamaCounts(spec: RingSpec): number[] {
  const client = clientOf(spec)
  const counts = (node: RingNode) => KEEPS_THE_DEAD.includes(client) || isUp(node)
  const counted = spec.nodes.filter(counts)
  const weight = client === 'predis' ? predisWeight : weightOf
  const total = sum(counted.map(weight))
  const weighted = spec.nodes.some((node) => node.weight !== undefined)
  const hashes = (node: RingNode): number => {
    switch (client) {
      case 'hashring':
        return Math.floor((weight(node) / total) * HASHES_PER_SERVER * counted.length)
      case 'evcache':
        return HASHES_PER_SERVER
      case 'spymemcached':
        return weighted ? float32Hashes(weight(node), total, counted.length) : HASHES_PER_SERVER
      case 'uhashring':
        return Math.floor((HASHES_PER_SERVER * counted.length * weight(node)) / total)
      case 'predis':
        return Math.floor((weight(node) / total) * counted.length * HASHES_PER_SERVER)
      case 'libketama': {
        const share = Math.fround(Math.fround(weight(node)) / Math.fround(total))
        return Math.floor(Math.fround(share * HASHES_PER_SERVER * counted.length))
      }
    }
  }
  return spec.nodes.map((node) => (counts(node) ? (node.points ?? hashes(node) * POINTS_PER_MD5) : 0))
}

/** ketama of six programs, and the rings of Evenkeel's own control documents (exact `points`). */
export const ketama: Algorithm = {
  id: 'ketama',
  weightMin: 1,
  weightMax: 2 ** 32 - 1,
  usualWeight: (spec) => (clientOf(spec) === 'predis' ? PREDIS_WEIGHT : 1),
  weightless: (spec) => (clientOf(spec) === 'evcache' ? 'EVCache gives every node 160 points' : null),
  size: (spec) => sum(ketamaCounts(spec)),
  refuses: (spec) => (clientOf(spec) === 'evcache' ? refusesWeights(spec, 'EVCache') : null),
  place(spec) {
    const client = clientOf(spec)
    const counts = ketamaCounts(spec)
    const points = new Float64Array(sum(counts))
    let at = 0
    const placed = KEEPS_THE_DEAD.includes(client) ? spec.nodes.map((node, index) => ({ node, index })) : liveNodes(spec)
    for (const { node, index } of placed) at = ketamaPoints(addressOf(node), counts[index]!, index, points, at)
    const space = circleOf(client, points)
    const owner = (hash: number) => space.owners[arcAt(space.ends, hash)]!
    const md5 = (key: string) => md5First(bytesOf(key))
    if (client === 'predis') return { number: 'md5 tag', space, ownerOf: (key) => owner(md5(taggedPart(key, '{', '}'))) }
    if (client !== 'spymemcached' || spec.nodes.every(isUp)) return { number: 'md5', space, ownerOf: (key) => owner(md5(key)) }
    return {
      number: 'md5',
      space,
      rehashes: true,
      shares: sharesAfterTries(spec, circleShares(space, spec.nodes.length), SPYMEMCACHED_TRIES),
      ownerOf(key) {
        let hash = md5(key)
        return firstUp(spec, SPYMEMCACHED_TRIES, (attempt) => {
          if (attempt > 0) hash = (hash + md5(`${attempt - 1}${key}`)) >>> 0
          return owner(hash)
        })
      },
    }
  },
}

function circleOf(client: Client, points: Float64Array) {
  const ordered: Points = orderPoints(points, client === 'libketama' || client === 'hashring' ? 'first' : 'last')
  return client === 'uhashring' ? afterCircle(ordered) : successorCircle(ordered)
}
