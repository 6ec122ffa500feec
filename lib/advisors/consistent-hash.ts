import type { Advisor } from '../model/detector.ts'
import { onceText } from './tunable.ts'

/** Consistent hashing as its product's configuration writes it: no run-time setting changes an algorithm. */
export const consistentHash: Advisor = {
  id: 'consistent-hash',
  title: 'Hash consistently',
  answers: ['ring/needless-moves'],
  spanMs: 10_000,
  propose(finding, _window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    if (!pool?.ring || !pool.consistent) return null
    const { advice, becomes } = pool.consistent
    return { none: becomes ? `${advice} ${onceText(pool.ring, becomes)}` : advice }
  },
}
