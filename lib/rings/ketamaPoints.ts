import { packPoint } from './arcs.ts'
import { bytesOf } from './hashes/bytes.ts'
import { md5Words } from './hashes/md5.ts'

/** Every ketama takes four points from an MD5. */
export const POINTS_PER_MD5 = 4

/** Packed points of one node: MD5 of `NAME-k`, k = 0, 1, …, gives four each; the last MD5 may be used in part. Returns where it ended. */
export function ketamaPoints(name: string, count: number, node: number, into: Float64Array, at: number): number {
  for (let k = 0; k * POINTS_PER_MD5 < count; k++) {
    const words = md5Words(bytesOf(`${name}-${k}`))
    for (let i = 0; i < Math.min(POINTS_PER_MD5, count - k * POINTS_PER_MD5); i++) into[at++] = packPoint(words[i]! >>> 0, node)
  }
  return at
}

/** The places of a node's first points, in their order. */
export function ketamaPlaces(name: string, count: number): Float64Array {
  const places = new Float64Array(count)
  ketamaPoints(name, count, 0, places, 0)
  return places.map((point) => point / packPoint(1, 0))
}

/** twemproxy's and libmemcached's count of MD5s a node: float32 after each step, as their C code computes it. */
export function float32Hashes(weight: number, total: number, live: number): number {
  const share = Math.fround(Math.fround(weight) / Math.fround(total))
  const scaled = Math.fround(Math.fround(Math.fround(share * 160) / 4) * Math.fround(live))
  return Math.floor(Math.fround(scaled + 1e-10))
}

/** twemproxy and libmemcached leave memcached's usual port out of the name that they hash. */
export const withoutUsualPort = (address: string): string => address.replace(/:11211$/, '')
