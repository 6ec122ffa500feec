import { expect, test } from 'vitest'
import { hosts, maglevVectors, ringVectors } from '../../../test/rings/envoyVectors.ts'
import { murmur2 } from '../hashes/murmur2.ts'
import { numberOf, wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import type { EnvoyHost } from './envoy.ts'
import { maglevTable } from './envoyMaglev.ts'
import { envoyPoints, owner64, ringCounts, ringScale } from './envoyRingHash.ts'

function ring(list: EnvoyHost[], minimum: number, maximum?: number, hash = xxh64) {
  const counts = ringCounts(list, ringScale(list, minimum, maximum))
  return { counts, points: envoyPoints(list, counts, hash) }
}
const placesOf = ({ points }: ReturnType<typeof ring>) =>
  Array.from(points.owners, (owner, i) => [owner, (BigInt(points.hi[i]!) << 32n) | BigInt(points.lo[i]!)])

test.each(ringVectors)('ring hash: $name', ({ hosts, minimum, murmur, points }) => {
  const built = ring(hosts, minimum, undefined, murmur ? murmur2 : xxh64)
  expect(built.counts).toEqual([2, 2, 2, 2, 2, 2])
  expect(placesOf(built)).toEqual(points)
})

test('ring hash: the first point at or after a hash, wrapping', () => {
  const built = ring(ringVectors[0]!.hosts, 12)
  const owner = (hash: bigint) => owner64(built.points, wide(hash))
  expect(owner(0n)).toBe(4)
  expect(owner(2n ** 64n - 1n)).toBe(4)
  expect(owner(3551244743356806947n)).toBe(5)
  expect(owner(3551244743356806948n)).toBe(3)
  expect(owner(16117243373044804880n)).toBe(0)
})

test('ring hash: sizes and counts', () => {
  expect(ring(hosts([80, 81]), 3).counts).toEqual([2, 2])
  expect(ring(hosts([90, 91, 92], [1, 2, 3]), 6, 6).counts).toEqual([1, 2, 3])
  expect(ring(hosts([90, 91, 92, 93]), 2, 2).counts.filter(Boolean)).toHaveLength(2)
  expect(
    ring(hosts([90, 91]), 1023, 1023)
      .counts.slice()
      .sort(),
  ).toEqual([511, 512])
})

const hits = (built: ReturnType<typeof ring>, probes: number, count: number) => {
  const seen = new Array<number>(count).fill(0)
  const step = (2n ** 64n - 1n) / BigInt(probes)
  for (let i = 0; i < probes; i++) seen[owner64(built.points, wide(BigInt(i) * step))]!++
  return seen
}

test('ring hash: hits round the circle', () => {
  const large = ring(hosts([90, 91, 92], [1, 2, 3]), 6144)
  expect(large.counts).toEqual([1024, 2048, 3072])
  expect(hits(large, 6000, 3)).toEqual([987, 1932, 3081])
  expect(hits(ring(hosts([90, 91]), 1023, 1023), 1023, 2)).toEqual([526, 497])
  // Localities of 1:2 with hosts of 1:2 in each.
  const nested = ring(hosts([90, 91, 92, 93], [1, 2, 2, 4]), 9216)
  expect(nested.counts).toEqual([1024, 2048, 2048, 4096])
  expect(hits(nested, 9000, 4)).toEqual([924, 2009, 2053, 4014])
})

test('ring hash: LopsidedWeightSmallScale', () => {
  const list: EnvoyHost[] = Array.from({ length: 1024 }, (_, index) => ({
    key: `127.0.0.1:${index}`,
    index,
    weight: index === 0 ? 127 / 128 : 1 / 128 / 1023,
  }))
  const { counts } = ring(list, 1024, 1024)
  expect(counts[0]).toBe(1016)
  expect(counts.filter(Boolean)).toHaveLength(9)
})

test.each(maglevVectors)('maglev: $name', ({ hosts, table }) => {
  expect([...maglevTable(hosts, table.length)]).toEqual(table)
})

test('maglev: a heavy host leaves each light one its slot', () => {
  const list: EnvoyHost[] = Array.from({ length: 1024 }, (_, index) => ({
    key: `127.0.0.1:${index}`,
    index,
    weight: index === 0 ? 127 / 128 : 1 / 128 / 1023,
  }))
  const owners = maglevTable(list, 65537)
  expect(owners.filter((owner) => owner === 0)).toHaveLength(65537 - 1023)
})

test('shares in doubles stand for 64-bit places', () => {
  expect(numberOf(wide(2n ** 63n))).toBe(2 ** 63)
})
