import { type Algorithm, liveNodes, sum } from '../algorithm.ts'
import { arcAt, orderPoints, SPACE_32, successorCircle, wholeCircle } from '../arcs.ts'
import { ketamaPoints } from '../ketamaPoints.ts'
import { HASHES_OF_15_BITS, twemproxyCounts, twemproxyName, twemproxyNumber, twemproxyOptions } from './twemproxy.ts'

/** twemproxy `distribution: ketama`. */
export const twemproxyKetama: Algorithm = {
  id: 'twemproxy-ketama',
  options: twemproxyOptions,
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: (spec) => sum(twemproxyCounts(spec)),
  place(spec) {
    const counts = twemproxyCounts(spec)
    const points = new Float64Array(sum(counts))
    const live = liveNodes(spec)
    let at = 0
    for (const { node, index } of live) at = ketamaPoints(twemproxyName(node), counts[index]!, index, points, at)
    const { number, narrow, hash } = twemproxyNumber(spec)
    const size = narrow ? HASHES_OF_15_BITS : SPACE_32
    const space = live.length === 1 ? wholeCircle(live[0]!.index, size) : successorCircle(orderPoints(points), size)
    return { number, space, ownerOf: (key) => space.owners[arcAt(space.ends, hash(key))]! }
  },
}
