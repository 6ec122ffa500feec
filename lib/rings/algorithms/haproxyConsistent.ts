import type { RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, sum, weightOf } from '../algorithm.ts'
import { arcAt, nearestCircle, packPoint, wholeCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { fullHash } from '../hashes/haproxy.ts'
import { read4, swap4 } from '../hashes/wide.ts'
import { xxh32 } from '../hashes/xxh32.ts'
import { socketOf } from '../ipAddress.ts'
import { haproxyIds, haproxyNumber, refusesHaproxyKey, refusesIds } from './haproxy.ts'

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

/** Where a server's points begin, by `hash-key` (chash_compute_server_key of lb_chash.c). */
export function haproxyBegin(spec: RingSpec, index: number, id: number): number {
  const { hashKey = 'id', version } = spec.options ?? {}
  const node = spec.nodes[index]!
  if (hashKey === 'addr' || hashKey === 'addr-port') return addressKey(addressOf(node), hashKey === 'addr-port')
  if (hashKey === 'guid' && node.label !== undefined) return xxh32(bytesOf(node.label))
  if (hashKey === 'id32') return fullHash(swap4(id))
  return beginsAtHashedId(version) ? fullHash(id) : id * 4096
}

function addressKey(address: string, withPort: boolean): number {
  const found = socketOf(address)!
  const port = withPort ? fullHash(found.port) : 0
  if (found.bytes.length === 16) return xxh32(found.bytes, port)
  return fullHash((port + read4(found.bytes, 0)) | 0)
}

/** The places of the points that begin there, in their order. */
export const haproxyPlaces = (begin: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => fullHash(begin + i))

/** HAProxy `hash-type consistent`: 16 points for each unit of weight, the nearest point owns. */
export const haproxyConsistent: Algorithm = {
  id: 'haproxy-consistent',
  weightMin: 0,
  weightMax: 256,
  size: (spec) => sum(spec.nodes.filter(isUp).map((node) => weightOf(node) * POINTS_PER_WEIGHT)),
  refuses(spec) {
    const byAddress = spec.options?.hashKey?.startsWith('addr') ? spec.nodes.findIndex((node) => socketOf(addressOf(node)) === null) : -1
    if (byAddress < 0) return refusesIds(spec)
    return {
      path: `nodes[${byAddress}].address`,
      because: `hashKey ${spec.options!.hashKey} hashes it: expected an IP address with its port`,
    }
  },
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
      for (const place of haproxyPlaces(haproxyBegin(spec, index, ids[index]!), weightOf(node) * POINTS_PER_WEIGHT))
        points[at++] = packPoint(place, index)
    }
    // With one usable server HAProxy does not hash.
    const space = usable.length === 1 ? wholeCircle(usable[0]!) : nearestCircle(points)
    return { number, space, ownerOf: (key) => space.owners[arcAt(space.ends, hash(key))]! }
  },
}
