import { z } from 'zod'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { duration, falseAlarms, patience, share, threshold } from '../settings.ts'
import { type ShareSettings, unevenVerdict } from '../shares.ts'

type Settings = DetectorSettings & ShareSettings & { ratio: number; ratioHash: number; excessHash: number; ratioLoad: number }

export const loadImbalance: Detector<Settings> = {
  id: 'balancer/load-imbalance',
  title: 'Load is uneven',
  why: 'A server gets clearly more of the requests than the algorithm would give it. Under round robin, sticky sessions, retries or connection limits steer the traffic; under hashing, a few keys carry much of it; under leastconn, some connections last long. The busiest server sets the pace of the pool and fails first.',
  harmless: 'Where the busiest server is larger than its weight says and still has capacity to spare, and at the end of a drain.',
  settings: z.strictObject({
    ...patience('10s', '20s'),
    falseAlarms: falseAlarms('servers'),
    over: duration('60s', 'Requests are counted over this time'),
    settle: duration('2s', 'Pause after a weight or a state changed: requests that were in progress still follow the old shares'),
    ratio: threshold(1.3, 'Share seen over the share that the weights give, from which a server is reported'),
    ratioHash: threshold(
      2,
      'The same where keys choose the server, over the share of the ring that it owns: one popular key alone makes a third more',
    ),
    excessHash: share(
      0.05,
      'Where keys choose the server, the share of all requests beyond its part of the ring: among many servers one key of a few percent doubles a share',
    ),
    ratioLoad: threshold(1.6, 'The same under leastconn, where shares follow response times'),
    deviations: threshold(5, 'Standard deviations beyond counting noise, which also holds when connections are reused in bursts'),
    requestsMin: threshold(200, 'Fewer requests are not judged: one client would make the difference'),
    shareMin: threshold(0.02, 'A server with a smaller expected share is not judged by ratios'),
  }),
  needs: {
    spanMs: 480_000,
    metrics: ['pool_requests_total'],
    topology: 'pools',
    also: { metrics: ['pool_weight_effective', 'pool_up', 'pool_response_seconds'] },
  },
  detect: (window, topology, settings) =>
    topology.pools.values().map((pool): Verdict => {
      // Pools with sticky sessions are judged by balancer/sticky-skew.
      if (pool.sticky) return { subject: poolLabels(pool), is: 'unjudged', because: `${pool.sticky} keeps users where they were` }
      const bar = { hash: settings.ratioHash, load: settings.ratioLoad, weight: settings.ratio, unknown: settings.ratio }[pool.balances]
      return unevenVerdict(window, topology, pool, bar, settings, { excess: pool.balances === 'hash' ? settings.excessHash : 0 })
    }),
}
