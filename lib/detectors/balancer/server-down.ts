import { z } from 'zod'
import { changedAt } from '../../metrics/changed.ts'
import { poolLabels, serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { servingOf } from '../../model/serving.ts'
import { evidence, factsOf } from '../rows.ts'
import { patience } from '../settings.ts'

export const serverDown: Detector<DetectorSettings> = {
  id: 'balancer/server-down',
  title: 'Server is down',
  why: 'The balancer has taken a server out because its health check fails. The other servers carry its share, and the pool has one server fewer in reserve. When none is left, every request fails. Of a name (DNS) nobody takes an address out that does not answer: clients that choose it fail, or wait for it.',
  // The balancer's own check already waits for several failures in a row. A server that comes and goes stays one finding.
  harmless:
    'Where the others carry its share with capacity to spare, and it is known why it is out. A server in maintenance or draining was taken out on purpose and is not reported.',
  settings: z.strictObject(patience('0s', '10s')),
  needs: { spanMs: 600_000, metrics: ['pool_up'], topology: 'pools' },
  detect: (window, topology) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up')
        return pool.servers.map((server) => ({
          subject: serverLabels(pool, server),
          is: 'unjudged',
          because: `${pool.target} does not answer`,
        }))
      const left = servingOf(pool)
      const meant = pool.servers.filter((server) => !server.backup && (server.state === 'up' || server.state === 'down'))
      const verdicts = pool.servers.map((server): Verdict => {
        const subject = serverLabels(pool, server)
        if (server.state !== 'down') return { subject, is: 'clear' }
        const series = serverSeries(window, 'pool_up', pool, server)
        const since = (series && changedAt(series)) ?? window.from
        const rest = left.length === 0 ? 'nothing is left to serve the pool' : `${left.length} of ${meant.length} left`
        return {
          subject,
          is: 'found',
          severity: 'critical',
          summary:
            pool.ttlMs === undefined
              ? `${server.name} in ${pool.name} is down${server.downBecause ? ` (${server.downBecause})` : ''}: ${rest}`
              : `${server.name} does not answer, and ${pool.name} still leads to it: ${left.length} of ${meant.length} addresses answer`,
          evidence: [
            evidence({ from: since, to: window.to }, 'pool_up', subject, 'up', 0, 'none', { threshold: 1 }),
            evidence({ from: since, to: window.to }, 'pool_up', poolLabels(pool), 'servers left', left.length, 'count', {
              baseline: meant.length,
            }),
          ],
        }
      })
      return verdicts
    }),
}
