import type { Advisor } from '../model/detector.ts'
import type { RingSpec } from '../model/ring.ts'
import { consistentForm } from '../rings/consistentForm.ts'
import { editsText, onceText } from './tunable.ts'

/** Consistent hashing as its product's configuration writes it: no run-time setting changes an algorithm. */
export const consistentHash: Advisor = {
  id: 'consistent-hash',
  title: 'Hash consistently',
  answers: ['ring/needless-moves'],
  spanMs: 10_000,
  propose({ subject }, _window, topology) {
    const ring = topology.rings.find(({ name }) => name === subject.ring)
    if (ring) return remedy(ring.spec, consistentForm(ring.spec))
    const pool = topology.pools.find(({ target, name }) => target === subject.target && name === subject.pool)
    return pool?.ring && pool.consistent ? remedy(pool.ring, pool.consistent) : null
  },
}

function remedy(ring: RingSpec, consistent: { advice: string; becomes?: RingSpec } | null) {
  if (!consistent) return null
  const { advice, becomes } = consistent
  return { none: becomes ? `${advice} ${editsText(ring, becomes)} ${onceText(ring, becomes)}` : advice }
}
