import { type Algorithm, isUp, sum, weightOf } from '../algorithm.ts'
import { arcAt, nearestCircle, packPoint, wholeCircle } from '../arcs.ts'
import { fullHash } from '../hashes/haproxy.ts'
import { haproxyIds, haproxyNumber, haproxyOptions, refusesHaproxyKey, refusesIds } from './haproxy.ts'

export const POINTS_PER_WEIGHT = 16

/**
 * From 3.0.0 a server's points began at FH(id) by mistake; mended in October 2025 (changelogs: 3.0.13, 3.1.10, 3.2.7; 3.3.0 was never
 * released with it).
 */
const FIRST_MENDED: Record<string, number> = { '3.0': 13, '3.1': 10, '3.2': 7 }
function beginsAtHashedId(version: string | undefined): boolean {
  const [major, minor, patch = '0'] = (version ?? '').split(/[-+~]/)[0]!.split('.')
  const mended = FIRST_MENDED[`${Number(major)}.${Number(minor)}`]
  return mended !== undefined && Number(patch) < mended
}

/** The places of a server's first points, in their order. */
export function haproxyPlaces(id: number, version: string | undefined, count: number): Float64Array {
  const begin = beginsAtHashedId(version) ? fullHash(id) : id * 4096
  return Float64Array.from({ length: count }, (_, i) => fullHash(begin + i))
}

/** HAProxy `hash-type consistent`: 16 points for each unit of weight, the nearest point owns. */
export const haproxyConsistent: Algorithm = {
  id: 'haproxy-consistent',
  options: haproxyOptions,
  weightMin: 0,
  weightMax: 256,
  size: (spec) => sum(spec.nodes.filter(isUp).map((node) => weightOf(node) * POINTS_PER_WEIGHT)),
  refuses: refusesIds,
  refusesKey: refusesHaproxyKey,
  place(spec) {
    const ids = haproxyIds(spec)
    const { number, hash } = haproxyNumber(spec)
    const points = new Float64Array(this.size(spec))
    const usable: number[] = []
    let at = 0
    for (const [index, node] of spec.nodes.entries()) {
      if (!isUp(node) || weightOf(node) === 0) continue
      usable.push(index)
      for (const place of haproxyPlaces(ids[index]!, spec.options?.version, weightOf(node) * POINTS_PER_WEIGHT))
        points[at++] = packPoint(place, index)
    }
    // With one usable server HAProxy does not hash.
    const space = usable.length === 1 ? wholeCircle(usable[0]!) : nearestCircle(points)
    return { number, space, ownerOf: (key) => space.owners[arcAt(space.ends, hash(key))]! }
  },
}
