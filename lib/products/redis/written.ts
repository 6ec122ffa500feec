import type { ProductText } from '../../model/product.ts'
import type { RingNode, RingSpec } from '../../model/ring.ts'
import { addressOf } from '../../rings/algorithm.ts'
import { bareWord } from '../bareWord.ts'

const HOST = /^[A-Za-z0-9_:][\w.:-]*$/
const NAME = /^[\w.:@/[\]-]+$/

/** The commands that give out the slots of a new cluster, one line of a shell a node. A node that is down keeps its slots. */
export function writes({ algorithm, nodes }: RingSpec): ProductText | null {
  if (algorithm !== 'redis-cluster') return null
  return { title: 'the slots of a new cluster', text: nodes.map(lineOf).join('\n') }
}

function lineOf(node: RingNode): string {
  const name = bareWord(node.name, 'A name', NAME)
  const ranges = (node.slots ?? []).map(([from, to]) => `${from} ${to}`).join(' ')
  if (ranges === '') return `# ${name} has no slots`
  const [, six, host = six ?? addressOf(node), port = '6379'] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(addressOf(node)) ?? []
  return `redis-cli -h ${bareWord(host, 'An address', HOST)} -p ${port} CLUSTER ADDSLOTSRANGE ${ranges} # ${name}`
}
