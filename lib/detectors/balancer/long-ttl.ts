import { z } from 'zod'
import { duration as durationText } from '../../format/format.ts'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience } from '../settings.ts'

type Settings = DetectorSettings & { ttl: number }

export const longTtl: Detector<Settings> = {
  id: 'balancer/long-ttl',
  title: 'Name is kept too long for a fail-over',
  why: 'An address that is taken out of a name is asked until its TTL has passed everywhere: that long a part of the clients goes to a dead machine. A short TTL costs little, because resolvers share what they keep.',
  harmless:
    'Where clients try the next address of a name at once (browsers do, most libraries with one connection do not), or the addresses themselves move (VRRP, anycast) and the name never changes.',
  settings: z.strictObject({
    ...patience('60s', '60s'),
    ttl: duration('60s', 'The longest TTL that a fail-over by name bears: what providers advise for records with health checks'),
  }),
  needs: { spanMs: 60_000, metrics: ['pool_ttl_seconds'], topology: 'pools' },
  detect: (window, topology, { ttl }) =>
    topology.pools
      .filter(({ ttlMs }) => ttlMs !== undefined)
      .map((pool): Verdict => {
        const subject = poolLabels(pool)
        if (factsOf(topology, pool.target)?.state !== 'up')
          return { subject, is: 'unjudged', because: `${pool.name} is not answered for now` }
        if (pool.ttlMs! <= ttl) return { subject, is: 'clear' }
        return {
          subject,
          is: 'found',
          severity: 'info',
          summary: `Resolvers keep an address of ${pool.name} for ${durationText(pool.ttlMs!)} after it was taken out`,
          evidence: [evidence(window, 'pool_ttl_seconds', subject, 'TTL', pool.ttlMs! / 1_000, 'seconds', { threshold: ttl / 1_000 })],
        }
      }),
}
