import { z } from 'zod'
import type { RingNode, RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, liveNodes, sum, weightOf } from '../algorithm.ts'
import { arcAt, orderPoints, successorCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { md5First } from '../hashes/md5.ts'
import { ketamaPoints } from '../ketamaPoints.ts'

/**
 * How many points each live node has. libketama computes the share in float32 and the product in double, then floors as float32;
 * npm `hashring` computes all in double. A node's own `points` go before either.
 */
export function ketamaCounts(spec: RingSpec): number[] {
  const live = spec.nodes.filter(isUp)
  const total = sum(live.map(weightOf))
  const count = (node: RingNode): number => {
    if (!isUp(node)) return 0
    if (node.points !== undefined) return node.points
    if (spec.options?.client === 'hashring') return Math.floor((weightOf(node) / total) * 40 * live.length) * 4
    const share = Math.fround(Math.fround(weightOf(node)) / Math.fround(total))
    return Math.floor(Math.fround(share * 40 * live.length)) * 4
  }
  return spec.nodes.map(count)
}

/** libketama, npm `hashring`, and the rings of Evenkeel's own control documents (exact `points`). */
export const ketama: Algorithm = {
  id: 'ketama',
  options: z.strictObject({ client: z.enum(['libketama', 'hashring']).optional() }),
  weightMin: 1,
  weightMax: 2 ** 32 - 1,
  size: (spec) => sum(ketamaCounts(spec)),
  place(spec) {
    const counts = ketamaCounts(spec)
    const points = new Float64Array(sum(counts))
    let at = 0
    for (const { node, index } of liveNodes(spec)) at = ketamaPoints(addressOf(node), counts[index]!, index, points, at)
    const space = successorCircle(orderPoints(points))
    return { number: 'md5', space, ownerOf: (key) => space.owners[arcAt(space.ends, md5First(bytesOf(key)))]! }
  },
}
