import type { RingSpec } from '../../model/ring.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { fullHash, haproxyHashes, ipv4 } from '../hashes/haproxy.ts'

/** Servers' ids as HAProxy numbers them: the position, or the first id after it that no earlier server has taken. */
export function haproxyIds(spec: RingSpec): number[] {
  const taken = new Set(spec.nodes.flatMap((node) => (node.id === undefined ? [] : [node.id])))
  let next = 1
  return spec.nodes.map((node) => {
    if (node.id !== undefined) {
      next++
      return node.id
    }
    while (taken.has(next)) next++
    taken.add(next)
    return next++
  })
}

/** A key's number and the words that say how it came about. `avalanche` is on by default only where no function is named on a circle. */
export function haproxyNumber(spec: RingSpec): { number: string; hash(key: string): number } {
  const { function: named, avalanche, input = 'text' } = spec.options ?? {}
  const mixed = avalanche ?? (spec.algorithm === 'haproxy-consistent' && named === undefined)
  const finish = mixed ? fullHash : (value: number) => value
  if (input === 'source') return { number: `source${mixed ? ' avalanche' : ''}`, hash: (key) => finish(ipv4(key) ?? 0) }
  if (named === 'none') return { number: `none${mixed ? ' avalanche' : ''}`, hash: (key) => finish(leadingNumber(key)) }
  const name = (named ?? 'sdbm') as keyof typeof haproxyHashes
  const over = haproxyHashes[name]
  return { number: `${name}${mixed ? ' avalanche' : ''}`, hash: (key) => finish(over(bytesOf(key))) }
}

const [MIN_64, MAX_64] = [-(2n ** 63n), 2n ** 63n - 1n]

/** `hash-type … none`: the key's leading decimal number in 64 bits (read_int64 of HAProxy's tools.c), of which the low 32 bits are taken. */
function leadingNumber(key: string): number {
  const found = BigInt(/^[+-]?\d+/.exec(key)?.[0].replace('+', '') ?? 0)
  const clamped = found < MIN_64 ? MIN_64 : found > MAX_64 ? MAX_64 : found
  return Number(BigInt.asUintN(32, clamped))
}

export function refusesHaproxyKey(spec: RingSpec, key: string): string | null {
  return spec.options?.input === 'source' && ipv4(key) === null ? 'expected an IPv4 address, because input is source' : null
}

/** Two servers of one backend never share an id; 0 is what several may have that were added at run time. */
export function refusesIds(spec: RingSpec): { path: string; because: string } | null {
  const seen = new Set<number>()
  for (const [index, { id }] of spec.nodes.entries()) {
    if (!id) continue
    if (seen.has(id)) return { path: `nodes[${index}].id`, because: `id ${id} is given twice` }
    seen.add(id)
  }
  return null
}
