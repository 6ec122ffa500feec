import { type Algorithm, addressOf } from '../algorithm.ts'
import { bytesOf, compareBytes, utf8 } from '../hashes/bytes.ts'
import { add, multiply, type Wide, wide } from '../hashes/wide.ts'
import { xxh3 } from '../hashes/xxh3.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { betweenSigns } from '../hashTag.ts'
import { refusesWeights } from '../refusals.ts'

const STEP = wide(2862933555777941757n)
const ONE = wide(1n)

/** Jump consistent hash of an unsigned 64-bit number; its halves are written over. */
function jumpBucket(hash: Wide, buckets: number): number {
  let bucket = -1
  let next = 0
  while (next < buckets) {
    bucket = next
    multiply(hash, STEP)
    add(hash, ONE)
    next = Math.trunc((bucket + 1) * (2 ** 31 / ((hash.hi >>> 1) + 1)))
  }
  return bucket
}

/** memcached's own proxy (its default pool), and dskit of Loki, Mimir, Tempo and Thanos. */
export const jump: Algorithm = {
  id: 'jump',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  weightless: () => 'jump hashing gives every node the same part',
  size: (spec) => spec.nodes.length,
  refuses: (spec) => refusesWeights(spec, 'jump hashing'),
  place(spec) {
    const { client, hashTag, hashStop, seed } = spec.options ?? {}
    const positions = spec.nodes.map((_, index) => index)
    if (client === 'dskit') {
      const order = Int32Array.from(positions.sort((a, b) => natural(addressOf(spec.nodes[a]!), addressOf(spec.nodes[b]!))))
      const ownerOf = (key: string) => order[jumpBucket(xxh64(bytesOf(key)), order.length)]!
      return { number: 'jump xxh64', space: { kind: 'jump', order }, ownerOf }
    }
    const order = Int32Array.from(positions)
    const begin = seed === undefined ? 0n : xxh3(bytesOf(seed))
    const ownerOf = (key: string) => order[jumpBucket(wide(xxh3(bytesOf(partOf(key, hashTag, hashStop)), begin)), order.length)]!
    return { number: JSON.stringify(['jump xxh3', seed, hashTag, hashStop]), space: { kind: 'jump', order }, ownerOf }
  },
}

/** Between the two characters of the tag, even if nothing stands there; or what stands before the stop. */
function partOf(key: string, hashTag: string | undefined, hashStop: string | undefined): string {
  if (hashTag !== undefined) return betweenSigns(key, hashTag[0]!, hashTag[1]!) ?? key
  const stop = hashStop === undefined ? -1 : key.indexOf(hashStop)
  return stop < 0 ? key : key.slice(0, stop)
}

/** Natural order (facette/natsort): runs of digits as numbers, others as bytes; who ends first is smaller. */
function natural(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.match(/\d+|\D+/g) ?? []) as unknown as [string[], string[]]
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y) continue
    if (/^\d/.test(x) && /^\d/.test(y)) {
      const [p, q] = [BigInt(x), BigInt(y)]
      if (p !== q) return p < q ? -1 : 1
      continue
    }
    return compareBytes(utf8(x), utf8(y))
  }
  return a.length - b.length
}
