import type { RingOptions, RingSpec } from '../../model/ring.ts'
import type { Algorithm } from '../algorithm.ts'
import { type Circle, merged, wholeCircle } from '../arcs.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { murmur2 } from '../hashes/murmur2.ts'
import type { Wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { type EnvoyHost, envoyHosts, envoyKeyHash, envoyKeyNumber, envoySpill } from './envoy.ts'

export const RING_SIZE_MIN = 1024
export const RING_SIZE_MAX = 8_388_608
const SPACE_64 = 2 ** 64

/** Scaled so that the lightest host gets a whole number of points, up to the largest ring allowed. */
export function ringScale(hosts: readonly { weight: number }[], minimum = RING_SIZE_MIN, maximum = RING_SIZE_MAX): number {
  const lightest = Math.min(...hosts.map(({ weight }) => weight))
  return Math.min(Math.ceil(lightest * minimum) / lightest, maximum)
}

/** How many points each host gets: the sums run over all hosts, so that their order can shift a fraction. */
export function ringCounts(hosts: readonly { weight: number }[], scale: number): number[] {
  let current = 0
  let target = 0
  return hosts.map(({ weight }) => {
    target += scale * weight
    let count = 0
    while (current < target) {
      count++
      current++
    }
    return count
  })
}

/** Points as 64-bit places in two halves, in the circle's order. */
type Points64 = { hi: Uint32Array; lo: Uint32Array; owners: Int32Array }

export function envoyPoints(hosts: readonly EnvoyHost[], counts: readonly number[], hash: (bytes: Uint8Array) => Wide): Points64 {
  const total = counts.reduce((all, count) => all + count, 0)
  const hi = new Uint32Array(total)
  const lo = new Uint32Array(total)
  const owners = new Int32Array(total)
  // Sorted by the upper half and the order of making in one double; the few that share an upper half are put right after.
  const order = new Float64Array(total)
  let at = 0
  for (const [position, host] of hosts.entries())
    for (let i = 0; i < counts[position]!; i++) {
      const place = hash(bytesOf(`${host.key}_${i}`))
      hi[at] = place.hi
      lo[at] = place.lo
      owners[at] = host.index
      order[at] = hi[at]! * 2 ** 21 + at
      at++
    }
  order.sort()
  const sorted = Array.from(order, (packed) => packed % 2 ** 21)
  for (let i = 1; i < total; i++)
    for (let j = i; j > 0 && hi[sorted[j]!] === hi[sorted[j - 1]!] && lo[sorted[j]!]! < lo[sorted[j - 1]!]!; j--)
      [sorted[j], sorted[j - 1]] = [sorted[j - 1]!, sorted[j]!]
  return {
    hi: Uint32Array.from(sorted, (index) => hi[index]!),
    lo: Uint32Array.from(sorted, (index) => lo[index]!),
    owners: Int32Array.from(sorted, (index) => owners[index]!),
  }
}

const hashOf = (named: RingOptions['function']) => (named === 'MURMUR_HASH_2' ? murmur2 : xxh64)

/** The upper halves of a host's first points, in their order. */
export function envoyPlaces(key: string, count: number, named: RingOptions['function']): Float64Array {
  const hash = hashOf(named)
  return Float64Array.from({ length: count }, (_, i) => hash(bytesOf(`${key}_${i}`)).hi >>> 0)
}

/** The owner of a 64-bit hash: the first point at or after it, wrapping. */
export function owner64({ hi, lo, owners }: Points64, hash: Wide): number {
  const upper = hash.hi >>> 0
  const lower = hash.lo >>> 0
  let from = 0
  let to = owners.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (hi[middle]! < upper || (hi[middle] === upper && lo[middle]! < lower)) from = middle + 1
    else to = middle
  }
  return owners.length === 0 ? -1 : owners[from === owners.length ? 0 : from]!
}

// Doubles round a 64-bit place to 11 bits, which is far below the 1e-6 that shares promise; owners are found with all 64.
function circle64({ hi, lo, owners }: Points64): Circle {
  if (owners.length === 0) return wholeCircle(-1, SPACE_64)
  const ends = new Float64Array(owners.length + 1)
  for (let i = 0; i < owners.length; i++) ends[i] = hi[i]! * 2 ** 32 + lo[i]!
  ends[owners.length] = SPACE_64 - 1
  return merged({ kind: 'circle', size: SPACE_64, ends, owners: Int32Array.from([...owners, owners[0]!]) })
}

function built(spec: RingSpec): { hosts: EnvoyHost[]; counts: number[] } {
  const hosts = envoyHosts(spec)
  if (hosts.length === 0) return { hosts, counts: [] }
  const { minimumRingSize, maximumRingSize } = spec.options ?? {}
  return { hosts, counts: ringCounts(hosts, ringScale(hosts, minimumRingSize, maximumRingSize)) }
}

/** Envoy `RING_HASH`. `function` places hosts only; `keyHash` is the request's own. */
export const envoyRingHash: Algorithm = {
  id: 'envoy-ring-hash',
  weightMin: 1,
  weightMax: 2 ** 32 - 1,
  size(spec) {
    const hosts = envoyHosts(spec)
    const { minimumRingSize, maximumRingSize } = spec.options ?? {}
    return hosts.length === 0 ? 0 : Math.ceil(ringScale(hosts, minimumRingSize, maximumRingSize))
  },
  place(spec) {
    const { hosts, counts } = built(spec)
    const points = envoyPoints(hosts, counts, hashOf(spec.options?.function))
    const hash = envoyKeyHash(spec)
    const ownerOf = (key: string) => owner64(points, hash(key))
    return { number: envoyKeyNumber(spec), space: circle64(points), ownerOf, ...envoySpill(spec, ownerOf) }
  },
}
