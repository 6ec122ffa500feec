import { z } from 'zod'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { duration, falseAlarms, patience, threshold } from '../settings.ts'
import { type ShareSettings, unevenVerdict } from '../shares.ts'

type Settings = DetectorSettings & ShareSettings & { ratio: number }

export const stickySkew: Detector<Settings> = {
  id: 'balancer/sticky-skew',
  title: 'Sticky sessions pile up',
  why: 'Users stay on the server where they began, so weights decide only about new ones: a server that was alone for a while, or a few heavy users behind one address, keeps more than its share until those sessions end. Weights help slowly here. Sessions kept in a shared store need no stickiness at all.',
  harmless: 'While sessions are short: the skew is over when they have ended.',
  settings: z.strictObject({
    ...patience('20s', '30s'),
    falseAlarms: falseAlarms('servers'),
    over: duration('2m', 'Requests are counted over this time: users request pages in bursts'),
    settle: duration('10m', 'Pause after a server came back or a weight changed: sessions on other servers must end first'),
    ratio: threshold(1.5, 'Share seen over the share that the weights give: users differ more than requests do'),
    deviations: threshold(
      8,
      'Standard deviations beyond counting noise: requests of one user come together, which makes the noise about half again as large',
    ),
    requestsMin: threshold(
      1_000,
      'Fewer requests are not judged: they stand for some hundred users, of whom one would make the difference',
    ),
    shareMin: threshold(0.02, 'A server with a smaller expected share is not judged by ratios'),
  }),
  needs: {
    spanMs: 840_000,
    metrics: ['pool_requests_total'],
    topology: 'pools',
    also: { metrics: ['pool_weight_effective', 'pool_up', 'pool_response_seconds'] },
  },
  detect: (window, topology, settings) =>
    topology.pools.values().map((pool): Verdict => {
      if (!pool.sticky) return { subject: poolLabels(pool), is: 'clear' }
      if (pool.balances === 'load')
        return {
          subject: poolLabels(pool),
          is: 'unjudged',
          because: `${pool.algorithm} sends new users to the least busy server, so that shares cannot be judged`,
        }
      return unevenVerdict(window, topology, pool, settings.ratio, settings, {
        why: `; ${pool.sticky} keeps users on the server where they began`,
      })
    }),
}
