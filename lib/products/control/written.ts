import { EvenkeelError } from '../../model/error.ts'
import type { ProductText } from '../../model/product.ts'
import type { RingSpec } from '../../model/ring.ts'
import { addressOf, liveNodes } from '../../rings/algorithm.ts'
import { ketamaCounts } from '../../rings/algorithms/ketama.ts'

/** The ring document with each node's exact points. It knows no states: a node that is out is left out. */
export function writes(spec: RingSpec): ProductText | null {
  if (spec.algorithm !== 'ketama') return null
  const counts = ketamaCounts(spec)
  const nodes = liveNodes(spec).map(({ node, index }) => ({ name: node.name, address: addressOf(node), points: counts[index] }))
  if (nodes.length === 0) throw new EvenkeelError('invalid', 'No node of it takes keys: a ring document has at least one')
  return {
    title: 'the ring under rings: in evenkeel.yaml, or its control document',
    text: JSON.stringify({ algorithm: spec.algorithm, nodes }, null, 2),
  }
}
