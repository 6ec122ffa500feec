import type { RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, liveNodes, sum, weightOf } from '../algorithm.ts'
import { arcAt, orderPoints, packPoint, successorCircle, wholeCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { md5First } from '../hashes/md5.ts'
import { oneAtATime } from '../hashes/twemproxy.ts'
import { ketamaPoints, withoutUsualPort } from '../ketamaPoints.ts'
import { twemproxyCounts } from './twemproxy.ts'

const POINTS_UNWEIGHTED = 100

/** The library turns weighting on by itself once any weight is above 1: then points are weighted while keys stay one_at_a_time. */
export const weighsPoints = (spec: RingSpec) => spec.options?.weighted === true || spec.nodes.some((node) => weightOf(node) > 1)

/** libmemcached's KETAMA and KETAMA_WEIGHTED. */
export const libmemcached: Algorithm = {
  id: 'libmemcached',
  weightMin: 1,
  weightMax: 2 ** 32 - 1,
  size: (spec) => (weighsPoints(spec) ? sum(twemproxyCounts(spec)) : spec.nodes.filter(isUp).length * POINTS_UNWEIGHTED),
  place(spec) {
    const points = new Float64Array(this.size(spec))
    const counts = twemproxyCounts(spec)
    const live = liveNodes(spec)
    let at = 0
    for (const { node, index } of live) {
      const name = withoutUsualPort(addressOf(node))
      if (weighsPoints(spec)) at = ketamaPoints(name, counts[index]!, index, points, at)
      else for (let k = 0; k < POINTS_UNWEIGHTED; k++) points[at++] = packPoint(oneAtATime(bytesOf(`${name}-${k}`)), index)
    }
    const space = live.length === 1 ? wholeCircle(live[0]!.index) : successorCircle(orderPoints(points))
    const weighted = spec.options?.weighted === true
    const hash = weighted ? md5First : oneAtATime
    return { number: weighted ? 'md5' : 'one_at_a_time', space, ownerOf: (key) => space.owners[arcAt(space.ends, hash(bytesOf(key)))]! }
  },
}
