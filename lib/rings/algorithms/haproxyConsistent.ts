import { type Algorithm, isUp, sum, weightOf } from '../algorithm.ts'
import { arcAt, nearestCircle, packPoint, wholeCircle } from '../arcs.ts'
import { fullHash } from '../hashes/haproxy.ts'
import { haproxyIds, haproxyNumber, haproxyOptions, refusesHaproxyKey, refusesIds } from './haproxy.ts'

const POINTS_PER_WEIGHT = 16

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
    const hashedIds = beginsAtHashedId(spec.options?.version)
    const { number, hash } = haproxyNumber(spec)
    const points = new Float64Array(this.size(spec))
    const usable: number[] = []
    let at = 0
    for (const [index, node] of spec.nodes.entries()) {
      if (!isUp(node) || weightOf(node) === 0) continue
      usable.push(index)
      const begin = hashedIds ? fullHash(ids[index]!) : ids[index]! * 4096
      for (let i = 0; i < weightOf(node) * POINTS_PER_WEIGHT; i++) points[at++] = packPoint(fullHash(begin + i), index)
    }
    // With one usable server HAProxy does not hash.
    const space = usable.length === 1 ? wholeCircle(usable[0]!) : nearestCircle(points)
    return { number, space, ownerOf: (key) => space.owners[arcAt(space.ends, hash(key))]! }
  },
}
