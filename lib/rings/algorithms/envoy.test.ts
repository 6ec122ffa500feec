import { expect, test } from 'vitest'
import { murmur2 } from '../hashes/murmur2.ts'
import { numberOf, wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import type { EnvoyHost } from './envoy.ts'
import { maglevTable } from './envoyMaglev.ts'
import { envoyPoints, owner64, ringCounts, ringScale } from './envoyRingHash.ts'

// The numbers are those of Envoy's own unit tests: ring_hash_lb_test.cc and maglev_lb_test.cc.

const hosts = (ports: number[], weights: number[] = ports.map(() => 1), key = (port: number) => `127.0.0.1:${port}`): EnvoyHost[] => {
  const total = weights.reduce((all, weight) => all + weight, 0)
  return ports.map((port, index) => ({ key: key(port), index, weight: weights[index]! / total }))
}

function ring(list: EnvoyHost[], minimum: number, maximum?: number, hash = xxh64) {
  const counts = ringCounts(list, ringScale(list, minimum, maximum))
  return { counts, points: envoyPoints(list, counts, hash) }
}
const placesOf = ({ points }: ReturnType<typeof ring>) =>
  Array.from(points.owners, (owner, i) => [owner, (BigInt(points.hi[i]!) << 32n) | BigInt(points.lo[i]!)])

test('ring hash: Basic', () => {
  const built = ring(hosts([90, 91, 92, 93, 94, 95]), 12)
  expect(built.counts).toEqual([2, 2, 2, 2, 2, 2])
  expect(placesOf(built)).toEqual([
    [4, 833437586790550860n],
    [2, 928266305478181108n],
    [0, 1033482794131418490n],
    [5, 3551244743356806947n],
    [3, 3851675632748031481n],
    [1, 5583722120771150861n],
    [1, 6311230543546372928n],
    [3, 7700377290971790572n],
    [5, 13144177310400110813n],
    [2, 13444792449719432967n],
    [4, 15516499411664133160n],
    [0, 16117243373044804889n],
  ])
  const owner = (hash: bigint) => owner64(built.points, wide(hash))
  expect(owner(0n)).toBe(4)
  expect(owner(2n ** 64n - 1n)).toBe(4)
  expect(owner(3551244743356806947n)).toBe(5)
  expect(owner(3551244743356806948n)).toBe(3)
  expect(owner(16117243373044804880n)).toBe(0)
})

test('ring hash: BasicWithMurmur2', () => {
  expect(placesOf(ring(hosts([80, 81, 82, 83, 84, 85]), 12, undefined, murmur2))).toEqual([
    [5, 1358027074129602068n],
    [3, 4361834613929391114n],
    [4, 7224494972555149682n],
    [1, 7701421856454313576n],
    [2, 8649315368077433379n],
    [4, 8739448859063030639n],
    [1, 9887544217113020895n],
    [2, 10150910876324007731n],
    [3, 15168472011420622455n],
    [0, 15427156902705414897n],
    [5, 16375050414328759093n],
    [0, 17613279263364193813n],
  ])
})

test('ring hash: BasicWithHostname', () => {
  expect(placesOf(ring(hosts([90, 91, 92, 93, 94, 95], undefined, String), 12))).toEqual([
    [5, 1975508444536362413n],
    [5, 2376063919839173711n],
    [3, 2386806903309390596n],
    [4, 6749904478991551885n],
    [3, 6803900775736438537n],
    [2, 7225015537174310577n],
    [0, 8787465352164086522n],
    [2, 11282020843382717940n],
    [1, 13723418369486627818n],
    [0, 13776502110861797421n],
    [1, 14338313586354474791n],
    [4, 15364271037087512980n],
  ])
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

test('maglev', () => {
  expect([...maglevTable(hosts([90, 91, 92, 93, 94, 95]), 7)]).toEqual([2, 4, 0, 1, 5, 0, 3])
  expect([...maglevTable(hosts([90, 91, 92, 93, 94, 95], undefined, String), 7)]).toEqual([2, 5, 0, 3, 4, 1, 0])
  expect([...maglevTable(hosts([90, 91], [1, 2]), 17)]).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1])
  // Localities 8 : 0 : 2, the third without hosts that count.
  expect([...maglevTable(hosts([90, 91], [4, 1]), 17)]).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0])
  expect([...maglevTable(hosts([90, 91]), 17)]).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1])
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
