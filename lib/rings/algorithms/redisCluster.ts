import type { Algorithm } from '../algorithm.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc16Wide } from '../hashes/crc16.ts'
import { taggedPart } from '../hashTag.ts'

const CLUSTER_SLOTS = 16384

/** `CLUSTER KEYSLOT` of a key. */
export const clusterSlot = (key: string): number => crc16Wide(bytesOf(taggedPart(key, '{', '}'))) % CLUSTER_SLOTS

/** Redis and Valkey Cluster: CRC-16 of the tag or key, 16384 slots given out by hand. A node that is down keeps its slots. */
export const redisCluster: Algorithm = {
  id: 'redis-cluster',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  weightless: () => 'slots are given out by hand; a cluster has no weights',
  size: () => CLUSTER_SLOTS,
  refuses(spec) {
    const taken = new Uint8Array(CLUSTER_SLOTS)
    for (const [index, node] of spec.nodes.entries())
      for (const [range, [from, to]] of (node.slots ?? []).entries()) {
        const path = `nodes[${index}].slots[${range}]`
        if (from > to) return { path, because: `expected the lower slot first, found ${from} to ${to}` }
        for (let slot = from; slot <= to; slot++) {
          if (taken[slot]) return { path, because: `slot ${slot} is listed twice` }
          taken[slot] = 1
        }
      }
    return null
  },
  place(spec) {
    const owners = new Int32Array(CLUSTER_SLOTS).fill(-1)
    for (const [index, node] of spec.nodes.entries()) for (const [from, to] of node.slots ?? []) owners.fill(index, from, to + 1)
    return { number: 'cluster slot', space: { kind: 'table', owners }, ownerOf: (key) => owners[clusterSlot(key)]! }
  },
}
