import { EvenkeelError } from '../../model/error.ts'
import type { ProductText } from '../../model/product.ts'
import type { RingNode, RingSpec } from '../../model/ring.ts'
import type { Pool } from '../../model/topology.ts'
import { isUp, weightOf } from '../../rings/algorithm.ts'
import { bareAddress, bareWord } from '../bareWord.ts'

/** What HAProxy takes as a server's name (`invalid_char` in its tools.c). */
const NAME = /^[\w.:-]+$/

/** The lines of a backend that make this ring. The key of `balance` is left open where only the running pool knows it. */
export function writes(spec: RingSpec): ProductText | null {
  if (spec.algorithm !== 'haproxy-consistent' && spec.algorithm !== 'haproxy-map') return null
  return {
    title: 'the backend of haproxy.cfg',
    text: [
      `    balance ${spec.options?.input === 'source' ? 'source' : '…'}`,
      `    hash-type ${hashTypeOf(spec)}`,
      ...spec.nodes.map((node) => `    server ${serverOf(node)}`),
    ].join('\n'),
  }
}

function hashTypeOf({ algorithm, options = {} }: RingSpec): string {
  const method = algorithm === 'haproxy-map' ? 'map-based' : 'consistent'
  const { function: named, avalanche } = options
  // HAProxy refuses `avalanche` without a function, and adds it by itself to `consistent` where no function is named.
  if (avalanche) return `${method} ${named ?? 'sdbm'} avalanche`
  if (named !== undefined) return `${method} ${named}`
  return avalanche === false && method === 'consistent' ? `${method} sdbm` : method
}

function serverOf(node: RingNode): string {
  if (node.id === 0)
    throw new EvenkeelError('invalid', `${node.name} has id 0, as only a server has that was added at run time: the file cannot give it`)
  const id = node.id === undefined ? '' : ` id ${node.id}`
  const name = bareWord(node.name, 'A name', NAME)
  return `${name} ${bareAddress(node)} weight ${weightOf(node)}${id}${isUp(node) ? '' : ' disabled'}`
}

/** The lines of a backend with which its weights can be set at run time, where its algorithm keeps a table, and the ring that they make. */
export function tunableOf(
  name: string,
  { balances, fixedWeights }: Pick<Pool, 'balances' | 'fixedWeights'>,
  ring: RingSpec | undefined,
): Pool['tunable'] {
  if (!fixedWeights) return undefined
  if (balances === 'weight') return { lines: `backend ${name}\n    balance roundrobin` }
  if (ring?.algorithm !== 'haproxy-map') return undefined
  const named = ring.options?.function
  // A function that is named loses the avalanche that `consistent` alone brings (HAProxy's manual, `hash-type`).
  const options = named ? { ...ring.options, avalanche: true } : ring.options
  const becomes = { ...ring, algorithm: 'haproxy-consistent' as const, ...(options && { options }) }
  return { lines: `backend ${name}\n    hash-type ${hashTypeOf(becomes)}`, becomes }
}

/** The same for keys that move needlessly. */
export const consistentOf = (tunable: Pool['tunable']): Pool['consistent'] =>
  tunable?.becomes && {
    advice: `In haproxy.cfg:\n${tunable.lines}\nA server that leaves then moves its own keys alone, and weights can be changed at run time.`,
    becomes: tunable.becomes,
  }
