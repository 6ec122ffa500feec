import type { RingOptions, RingSpec } from '../../model/ring.ts'
import { type Algorithm, isUp, type Placed, sum, weightOf } from '../algorithm.ts'
import { type Circle, merged, SPACE_32 } from '../arcs.ts'
import type { MODULO_CLIENTS } from '../choices.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32 } from '../hashes/crc32.ts'
import { javaHash } from '../hashes/java.ts'
import { twemproxyHashes } from '../hashes/twemproxy.ts'
import { betweenSigns } from '../hashTag.ts'
import { refusesWeights } from '../refusals.ts'
import { tableShares } from '../table.ts'
import { firstUp, sharesAfterTries } from '../tries.ts'
import { releaseOf } from '../version.ts'

type Client = (typeof MODULO_CLIENTS)[number]
/** python-memcached takes 15 bits of the CRC. */
const PYTHON_HASHES = 2 ** 15
const PYTHON_TRIES = 10
/** From this release on a hash of 0 stays 0 (python-memcached 1.60). */
const PYTHON_ZERO_STAYS = 1_060_000

const clientOf = (spec: RingSpec) => (spec.options?.client ?? 'libmemcached') as Client

/** The key's number over the list of servers: the default of most memcached clients, and what moves the most keys when the list changes. */
export const modulo: Algorithm = {
  id: 'modulo',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: (spec) => (clientOf(spec) === 'python-memcached' ? Math.max(PYTHON_HASHES, sum(spec.nodes.map(weightOf))) : spec.nodes.length),
  weightless: (spec) => (clientOf(spec) === 'python-memcached' ? null : `${clientOf(spec)} gives each server of the list the same part`),
  refuses: (spec) => (['libmemcached', 'python-memcached'].includes(clientOf(spec)) ? null : refusesWeights(spec, clientOf(spec))),
  place(spec) {
    const client = clientOf(spec)
    if (client === 'python-memcached') return python(spec)
    if (client === 'phpredis') return phpredis(spec)
    const hash = hashOf(client, spec.options)
    const owners = client === 'memjs' || client === 'spymemcached' ? passedOn(spec) : Int32Array.from(spec.nodes, (_, index) => index)
    const name = client === 'libmemcached' ? (spec.options?.hash ?? 'one_at_a_time') : client
    return { number: `modulo ${name}`, space: { kind: 'table', owners }, ownerOf: (key) => owners[hash(key) % owners.length]! }
  },
}

/** An unsigned number of a key. */
function hashOf(client: Client, options: RingOptions | undefined): (key: string) => number {
  if (client === 'gomemcache') return (key) => crc32(bytesOf(key))
  if (client === 'memjs') return (key) => Math.abs(javaHash(key))
  if (client === 'spymemcached') return (key) => javaHash(key) >>> 0
  const hash = twemproxyHashes[(options?.hash ?? 'one_at_a_time') as keyof typeof twemproxyHashes]
  return (key) => hash(bytesOf(key))
}

/** Keys of a dead server go to the next one in the list that is up. */
function passedOn({ nodes }: RingSpec): Int32Array {
  return Int32Array.from(nodes, (_, from) => {
    for (let step = 0; step < nodes.length; step++) {
      const index = (from + step) % nodes.length
      if (isUp(nodes[index]!)) return index
    }
    return -1
  })
}

/** memcache.py `_get_server`: each server stands in the list as often as its weight says; a dead one is passed by with another hash. */
function python(spec: RingSpec): Placed {
  const buckets = spec.nodes.flatMap((node, index) => Array<number>(weightOf(node)).fill(index))
  const zeroStays = releaseOf(spec.options?.version) >= PYTHON_ZERO_STAYS
  const hash = (text: string) => (crc32(bytesOf(text)) >>> 16) & 0x7fff || (zeroStays ? 0 : 1)
  const owners = Int32Array.from({ length: PYTHON_HASHES }, (_, value) => buckets[(value || (zeroStays ? 0 : 1)) % buckets.length]!)
  const placed = {
    number: 'modulo python-memcached',
    space: { kind: 'table' as const, owners },
    ownerOf(key: string) {
      let value = hash(key)
      return firstUp(spec, PYTHON_TRIES, (attempt) => {
        if (attempt > 0) value = hash(`${value}${attempt - 1}`)
        return buckets[value % buckets.length]!
      })
    },
  }
  if (spec.nodes.every(isUp)) return placed
  return { ...placed, rehashes: true, shares: sharesAfterTries(spec, tableShares(placed.space, spec.nodes.length), PYTHON_TRIES) }
}

/** redis_array_impl.c: the CRC's range is cut into equal stretches, one a server; its very last value is nobody's. */
function phpredis(spec: RingSpec): Placed {
  const { length } = spec.nodes
  const ownerOfHash = (hash: number) => Math.floor((hash * length) / (SPACE_32 - 1))
  const ends = Float64Array.from({ length: length + 1 }, (_, index) =>
    index === length ? SPACE_32 - 1 : Math.ceil(((index + 1) * (SPACE_32 - 1)) / length) - 1,
  )
  const owners = Int32Array.from({ length: length + 1 }, (_, index) => (index === length ? -1 : index))
  const space: Circle = merged({ kind: 'circle', size: SPACE_32, ends, owners })
  return {
    number: 'modulo phpredis',
    space,
    ownerOf(key) {
      const owner = ownerOfHash(crc32(bytesOf(betweenSigns(key, '{', '}') ?? key)))
      return owner < length ? owner : -1
    },
  }
}
