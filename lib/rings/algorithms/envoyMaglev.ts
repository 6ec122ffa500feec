import type { Algorithm } from '../algorithm.ts'
import { bytesOf } from '../hashes/bytes.ts'
import type { Wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { type EnvoyHost, envoyHosts, envoyKeyHash, envoyKeyNumber, envoySpill } from './envoy.ts'

const TABLE_SIZE = 65_537

const modulo = ({ hi, lo }: Wide, by: number): number => (((hi >>> 0) % by) * (2 ** 32 % by) + ((lo >>> 0) % by)) % by

/** Fills a Maglev table: in rounds, each host that is due by its weight takes the next free slot of its own permutation. */
export function maglevTable(hosts: readonly EnvoyHost[], size: number): Int32Array {
  const owners = new Int32Array(size).fill(-1)
  if (hosts.length === 0) return owners
  const heaviest = Math.max(...hosts.map(({ weight }) => weight))
  const turns = hosts
    .map(({ key, index, weight }) => {
      const next = modulo(xxh64(bytesOf(key)), size)
      const skip = (modulo(xxh64(bytesOf(key), 1), size - 1) + 1) % size
      return { key: key, index, weight, next, skip, target: 0 }
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  let filled = 0
  for (let round = 1; filled < size; round++)
    for (const host of turns) {
      if (filled === size) break
      if (round * host.weight < host.target) continue
      host.target += heaviest
      while (owners[host.next] !== -1) host.next = (host.next + host.skip) % size
      owners[host.next] = host.index
      host.next = (host.next + host.skip) % size
      filled++
    }
  return owners
}

/** Envoy `MAGLEV`. */
export const envoyMaglev: Algorithm = {
  id: 'envoy-maglev',
  weightMin: 1,
  weightMax: 2 ** 32 - 1,
  size: (spec) => spec.options?.tableSize ?? TABLE_SIZE,
  place(spec) {
    const size = spec.options?.tableSize ?? TABLE_SIZE
    const owners = maglevTable(envoyHosts(spec), size)
    const hash = envoyKeyHash(spec)
    const ownerOf = (key: string) => owners[modulo(hash(key), size)]!
    return { number: envoyKeyNumber(spec), space: { kind: 'table', owners }, ownerOf, ...envoySpill(spec, ownerOf) }
  },
}
