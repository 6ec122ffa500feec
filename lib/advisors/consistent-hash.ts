import type { Advisor } from '../model/detector.ts'
import type { Pool } from '../model/topology.ts'
import { onceText, tunable } from './tunable.ts'

/** The consistent form of the same hashing, as lines of the configuration: no run-time setting changes an algorithm. */
export const consistentHash: Advisor = {
  id: 'consistent-hash',
  title: 'Hash consistently',
  answers: ['ring/needless-moves'],
  spanMs: 10_000,
  propose(finding, _window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    if (!pool?.ring) return null
    return { none: sentenceFor(pool) }
  },
}

function sentenceFor(pool: Pool): string {
  switch (pool.ring!.algorithm) {
    case 'haproxy-map':
      return `In haproxy.cfg:\n${tunable(pool)?.lines ?? `backend ${pool.name}\n    hash-type consistent`}\nA server that leaves then moves its own keys alone, and weights can be changed at run time. ${onceText(pool.ring!, 'haproxy-consistent')}`
    case 'nginx-hash':
      return `In the upstream of ${pool.name}, add the word "consistent":\nupstream ${pool.name} {\n    hash … consistent;\nA server that leaves then moves its own keys alone. ${onceText(pool.ring!, 'nginx-consistent')}`
    case 'twemproxy-modula':
      return `In nutcracker.yml:\n${pool.name}:\n  distribution: ketama\nA server that leaves then moves about its own keys alone. ${onceText(pool.ring!, 'twemproxy-ketama')}`
    default:
      return `twemproxy shares a fixed number of points out over all weights, so that one weight changes everyone's points. Change weights rarely and several at once; name the servers, so that their addresses can change without moving keys.`
  }
}
