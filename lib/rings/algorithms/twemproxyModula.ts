import { type Algorithm, liveNodes, sum, weightOf } from '../algorithm.ts'
import { HASHES_OF_15_BITS, twemproxyNumber, twemproxyOrder } from './twemproxy.ts'

/** twemproxy `distribution: modula`: one slot for each unit of weight, in the order of the servers' names. */
export const twemproxyModula: Algorithm = {
  id: 'twemproxy-modula',
  weightMin: 1,
  weightMax: 2 ** 31 - 1,
  size: (spec) => sum(liveNodes(spec).map(({ node }) => weightOf(node))),
  place(spec) {
    const live = twemproxyOrder(spec)
    const slots = live.length === 0 ? Int32Array.of(-1) : new Int32Array(this.size(spec))
    let at = 0
    for (const { node, index } of live) {
      slots.fill(index, at, at + weightOf(node))
      at += weightOf(node)
    }
    const { number, narrow, hash } = twemproxyNumber(spec)
    // Of 15-bit hashes each value counts once, whatever the table's length.
    const owners = narrow ? Int32Array.from({ length: HASHES_OF_15_BITS }, (_, value) => slots[value % slots.length]!) : slots
    return { number, space: { kind: 'table', owners }, ownerOf: (key) => slots[hash(key) % slots.length]! }
  },
}
