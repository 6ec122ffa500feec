import { z } from 'zod'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { patience } from '../settings.ts'

export const singlePointOfFailure: Detector<DetectorSettings> = {
  id: 'fleet/single-point-of-failure',
  title: 'Single point of failure',
  why: 'Nothing would take over if this one failed: a pool with one server left, or a store without a replica.',
  harmless:
    'Where the time until somebody mends it is acceptable. A cache alone is no such point as long as its origin can bear the misses. It is a note, because nothing has failed yet.',
  settings: z.strictObject(patience('30s', '10s')),
  needs: { spanMs: 30_000, metrics: [], also: { metrics: ['redis_connected_slaves', 'redis_master_link_up'] } },
  detect: (window, topology) => [...pools(window, topology), ...stores(window, topology)],
}

function pools(window: SeriesWindow, topology: Topology): Verdict[] {
  // A name with one address is balancer/no-pair's.
  return topology.pools
    .filter(({ ttlMs }) => ttlMs === undefined)
    .map((pool): Verdict => {
      const subject = poolLabels(pool)
      if (factsOf(topology, pool.target)?.state !== 'up') return { subject, is: 'unjudged', because: `${pool.target} does not answer` }
      const up = pool.servers.filter(({ state }) => state === 'up')
      if (up.length > 1) return { subject, is: 'clear' }
      if (pool.serversLeft) return { subject, is: 'unjudged', because: `${pool.serversLeft} of its servers are not read` }
      if (pool.serversBecause) return { subject, is: 'unjudged', because: `there may be other servers: ${pool.serversBecause}` }
      // With none left it is down, and balancer/server-down says so.
      if (up.length !== 1) return { subject, is: 'clear' }
      const [only] = up
      return {
        subject,
        is: 'found',
        severity: 'info',
        summary: `${only!.name} is the only server of ${pool.name} that ${pool.servers.length === 1 ? 'there is' : 'is up'}`,
        evidence: [evidence(window, 'pool_up', subject, 'servers up', 1, 'count', { threshold: 2, baseline: pool.servers.length })],
      }
    })
}

function stores(window: SeriesWindow, topology: Topology): Verdict[] {
  return topology.targets
    .filter(({ can, role }) => can?.replicas && role === 'store')
    .map(({ name: target, state }): Verdict => {
      const subject = { target }
      if (state !== 'up') return { subject, is: 'unjudged', because: `${target} does not answer` }
      const replicas = window.series('redis_connected_slaves', subject)[0]?.points.at(-1)?.[1]
      const isReplica = window.series('redis_master_link_up', subject).some(({ points }) => points.length > 0)
      if (isReplica) return { subject, is: 'clear' }
      if (replicas === undefined) return { subject, is: 'unjudged', because: 'its replicas are not reported' }
      if (replicas > 0) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: 'info',
        summary: `${target} is a store without a replica: what it holds is lost with it`,
        evidence: [evidence(window, 'redis_connected_slaves', subject, 'replicas', 0, 'count', { threshold: 1 })],
      }
    })
}
