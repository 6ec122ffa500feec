import type { ProductText } from '../../model/product.ts'
import type { RingSpec } from '../../model/ring.ts'
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
