import { type Algorithm, isUp, sum, weightOf } from '../algorithm.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32Of15Bits } from '../hashes/crc32.ts'
import { NGINX_TRIES } from './nginxConsistent.ts'

const HASHES = 2 ** 15

/** NGINX `hash KEY`: 15 bits of CRC-32 modulo the sum of the weights; a try on a server that is down adds the hash of TRY + KEY. */
export const nginxHash: Algorithm = {
  id: 'nginx-hash',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: () => HASHES,
  place(spec) {
    const ends: number[] = []
    let total = 0
    for (const node of spec.nodes) {
      total += weightOf(node)
      ends.push(total)
    }
    const owners = new Int32Array(HASHES)
    for (let hash = 0; hash < HASHES; hash++) owners[hash] = ends.findIndex((end) => hash % total < end)
    const up = spec.nodes.map(isUp)
    const ownerOf = (key: string): number => {
      let hash = 0
      for (let tries = 0; tries < NGINX_TRIES; tries++) {
        hash += crc32Of15Bits(bytesOf(tries === 0 ? key : `${tries}${key}`))
        const slot = hash % total
        const owner = tries === 0 ? owners[hash]! : ends.findIndex((end) => slot < end)
        if (up[owner]) return owner
      }
      return -1
    }
    const placed = { number: 'crc32 of 15 bits', space: { kind: 'table' as const, owners }, ownerOf }
    if (up.every(Boolean)) return placed
    // Where a key ends whose first server is down depends on the key itself, so that no share is exact: by weight is what it tends to.
    const live = sum(spec.nodes.filter(isUp).map(weightOf))
    const shares = Float64Array.from([...spec.nodes.map((node) => (isUp(node) ? weightOf(node) / live : 0)), live === 0 ? 1 : 0])
    return { ...placed, shares }
  },
}
