import { mixed } from '../lib/curves/hash.ts'
import { OP, ReferenceBuilder, type References } from '../lib/curves/references.ts'
import { normal, randomOf } from './random.ts'

/** Traffic that is made up, with its seed: the same on every machine. */
export type Traffic = {
  seed: number
  requests: number
  perSecond: number
  keys: number
  /** Zipf's exponent: how much the popular keys are asked for more than the others. */
  zipf?: number
  /** So many keys a second change their place in the order of popularity. */
  driftPerSecond?: number
  /** Each so many seconds a run of keys that were never asked for, once each. */
  scan?: { everySeconds: number; keys: number }
  /** A share of the requests goes round and round through so many keys. */
  loop?: { share: number; keys: number }
  /** Shares of the requests that write or delete instead of reading. */
  sets?: number
  deletes?: number
  /** Median of the size of the values, and how far they spread (standard deviation of the logarithm). */
  size?: { median: number; spread: number }
  /** TTLs that the source itself gives: a share of the keys has one, drawn once for each key. */
  ttl?: { share: number; fromMs: number; toMs: number }
}

export function traffic(about: Traffic): References {
  const { seed, requests, perSecond, keys, zipf = 0.9, driftPerSecond = 0, scan, loop, sets = 0, deletes = 0, size, ttl } = about
  const random = randomOf(seed)
  const shares = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) {
    sum += 1 / (rank + 1) ** zipf
    shares[rank] = sum
  }
  const popular = (): number => {
    const draw = random() * sum
    let [low, high] = [0, keys - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (shares[middle]! < draw) low = middle + 1
      else high = middle
    }
    return low
  }
  const order = Uint32Array.from({ length: keys }, (_, rank) => rank)
  for (let rank = keys - 1; rank > 0; rank--) swap(order, rank, Math.floor(random() * (rank + 1)))

  const sizes = new Map<number, number>()
  const sizeOf = (id: number) => {
    if (!size) return 512
    const known = sizes.get(id) ?? Math.max(1, Math.round(size.median * Math.exp(size.spread * normal(random))))
    sizes.set(id, known)
    return known
  }
  const ttls = new Map<number, number>()
  const ttlOf = (id: number) => {
    if (!ttl) return Number.NaN
    const known = ttls.get(id) ?? (random() < ttl.share ? Math.round(ttl.fromMs + random() * (ttl.toMs - ttl.fromMs)) : 0)
    ttls.set(id, known)
    return known
  }

  const builder = new ReferenceBuilder()
  let [drift, looped, scanned, left] = [0, 0, 0, 0]
  let scanAt = scan ? scan.everySeconds * 500 : Number.POSITIVE_INFINITY
  for (let i = 0; i < requests; i++) {
    const at = (i * 1_000) / perSecond
    drift += driftPerSecond / perSecond
    for (; drift >= 1; drift--) swap(order, Math.floor(random() * keys), Math.floor(random() * keys))
    if (at >= scanAt) {
      left = scan!.keys
      scanAt += scan!.everySeconds * 1_000
    }
    let id: number
    if (left > 0 && random() < 0.5) {
      left--
      id = 10_000_000 + scanned++
    } else if (loop && random() < loop.share) id = 20_000_000 + (looped++ % loop.keys)
    else id = order[popular()]!
    const draw = random()
    const op = draw < deletes ? OP.delete : draw < deletes + sets ? OP.set : OP.get
    builder.add({ at, id, hash: mixed(id), op, size: sizeOf(id), ttlMs: ttlOf(id), keyBytes: 16 })
  }
  return builder.build()
}

function swap(list: Uint32Array, a: number, b: number): void {
  const kept = list[a]!
  list[a] = list[b]!
  list[b] = kept
}
