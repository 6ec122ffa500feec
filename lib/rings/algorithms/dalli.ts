import type { RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, sum, weightOf } from '../algorithm.ts'
import { arcAt, circleShares, orderPoints, packPoint, predecessorCircle, wholeCircle } from '../arcs.ts'
import { withUsualPort } from '../clientNames.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32 } from '../hashes/crc32.ts'
import { sha1First } from '../hashes/sha1.ts'
import { firstUp, sharesAfterTries } from '../tries.ts'

const POINTS_PER_SERVER = 160
const TRIES = 20

function countsOf({ nodes }: RingSpec): number[] {
  const total = sum(nodes.map(weightOf))
  return nodes.map((node) => Math.floor((POINTS_PER_SERVER * nodes.length * weightOf(node)) / total))
}

/** Dalli, Ruby's memcached client (lib/dalli/ring.rb). A namespace is part of the key. */
export const dalli: Algorithm = {
  id: 'dalli',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: (spec) => sum(countsOf(spec)),
  place(spec) {
    const counts = countsOf(spec)
    const points = new Float64Array(sum(counts))
    let at = 0
    for (const [index, node] of spec.nodes.entries()) {
      const name = withUsualPort(addressOf(node))
      for (let i = 0; i < counts[index]!; i++) points[at++] = packPoint(sha1First(bytesOf(`${name}:${i}`)), index)
    }
    // With one server Dalli makes no ring.
    const alone = spec.nodes.length === 1
    const space = alone ? wholeCircle(isUp(spec.nodes[0]!) ? 0 : -1) : predecessorCircle(orderPoints(points, 'last'))
    const ownerOf = (key: string) =>
      alone
        ? space.owners[0]!
        : firstUp(spec, TRIES, (attempt) => space.owners[arcAt(space.ends, crc32(bytesOf(attempt === 0 ? key : `${attempt - 1}${key}`)))]!)
    const placed = { number: 'crc32', space, ownerOf }
    if (alone || spec.nodes.every(isUp)) return placed
    return { ...placed, rehashes: true, shares: sharesAfterTries(spec, circleShares(space, spec.nodes.length), TRIES) }
  },
}
