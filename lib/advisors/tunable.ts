import { text } from '../format/format.ts'
import type { RingAlgorithm, RingSpec } from '../model/ring.ts'
import type { Pool } from '../model/topology.ts'
import { evaluateSpecs } from '../rings/evaluate.ts'

/** Lines of haproxy.cfg that let a pool's weights be set at run time, and what writing them moves; null where they can be, or no line would help. */
export function tunable(pool: Pool): { lines: string; moves: string } | null {
  if (!pool.fixedWeights) return null
  if (pool.balances === 'weight')
    return {
      lines: `backend ${pool.name}\n    balance roundrobin`,
      moves: 'Requests are shared out by the same weights as before: the switch itself moves nothing.',
    }
  if (pool.ring?.algorithm !== 'haproxy-map') return null
  const { function: hash } = (pool.ring.options ?? {}) as { function?: string }
  // A function that is named loses the avalanche that `consistent` alone brings (HAProxy's manual, `hash-type`).
  return {
    lines: `backend ${pool.name}\n    hash-type consistent${hash ? ` ${hash} avalanche` : ''}`,
    moves: onceText(pool.ring, 'haproxy-consistent'),
  }
}

/** What the switch to another algorithm itself costs, once. */
export function onceText(ring: RingSpec, algorithm: RingAlgorithm): string {
  return `The switch itself moves ${text(movedBySwitch(ring, algorithm), 'ratio')} of the keys once: do it in a quiet hour.`
}

/** Placing a large ring takes milliseconds, and pages ask again and again. */
const known = new Map<string, number>()
const KNOWN_MAX = 64

/** Exact share of the keys that another algorithm gives another owner. */
function movedBySwitch(ring: RingSpec, algorithm: RingAlgorithm): number {
  const key = `${algorithm} ${JSON.stringify(ring)}`
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value!)
  const { options, ...bare } = ring
  const { moved } = evaluateSpecs(ring, { ...bare, algorithm, ...(algorithm === 'haproxy-consistent' && options ? { options } : {}) })
  known.set(key, moved!)
  return moved!
}
