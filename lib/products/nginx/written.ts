import type { ProductText } from '../../model/product.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Pool } from '../../model/topology.ts'
import { isUp, weightOf } from '../../rings/algorithm.ts'
import { bareAddress, distinct } from '../bareWord.ts'

/** The statements of an upstream that make this ring. The key of `hash` is left open: only the running configuration knows it. */
export function writes({ algorithm, nodes }: RingSpec): ProductText | null {
  if (algorithm !== 'nginx-consistent' && algorithm !== 'nginx-hash') return null
  distinct(nodes.map(bareAddress), 'An address')
  return {
    title: 'the upstream of nginx.conf',
    text: [
      `    hash …${algorithm === 'nginx-consistent' ? ' consistent' : ''};`,
      ...nodes.map((node) => `    server ${bareAddress(node)} weight=${weightOf(node)}${isUp(node) ? '' : ' down'};`),
    ].join('\n'),
  }
}

/** What to do about keys that move needlessly: one word of the upstream. */
export const consistentOf = (name: string, ring: RingSpec | undefined): Pool['consistent'] =>
  ring?.algorithm === 'nginx-hash'
    ? {
        advice: `In the upstream of ${name}, add the word "consistent":\nupstream ${name} {\n    hash … consistent;\nA server that leaves then moves its own keys alone.`,
        becomes: { algorithm: 'nginx-consistent', nodes: ring.nodes },
      }
    : undefined
