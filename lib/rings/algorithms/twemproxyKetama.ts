import { type Algorithm, sum } from '../algorithm.ts'
import { arcAt, orderPoints, SPACE_32, successorCircle, wholeCircle } from '../arcs.ts'
import { ketamaPoints } from '../ketamaPoints.ts'
import { HASHES_OF_15_BITS, twemproxyCounts, twemproxyName, twemproxyNumber, twemproxyOrder } from './twemproxy.ts'

/** twemproxy `distribution: ketama`. */
export const twemproxyKetama: Algorithm = {
  id: 'twemproxy-ketama',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: (spec) => sum(twemproxyCounts(spec)),
  place(spec) {
    const counts = twemproxyCounts(spec)
    const points = new Float64Array(sum(counts))
    const live = twemproxyOrder(spec)
    let at = 0
    for (const [rank, { node, index }] of live.entries()) at = ketamaPoints(twemproxyName(node), counts[index]!, rank, points, at)
    const { number, narrow, hash } = twemproxyNumber(spec)
    const size = narrow ? HASHES_OF_15_BITS : SPACE_32
    const { places, owners } = orderPoints(points)
    const owned = { places, owners: owners.map((rank) => live[rank]!.index) }
    const space = live.length === 1 ? wholeCircle(live[0]!.index, size) : successorCircle(owned, size)
    return { number, space, ownerOf: (key) => space.owners[arcAt(space.ends, hash(key))]! }
  },
}
