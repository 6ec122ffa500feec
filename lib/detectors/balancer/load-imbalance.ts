import { z } from 'zod'
import { text } from '../../format/format.ts'
import { poolLabels, requestsOf, serverLabels, shareByWeight, steadySince, taking } from '../../measures/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  over: number
  settle: number
  ratio: number
  ratioHash: number
  deviations: number
  requestsMin: number
  shareMin: number
}

export const loadImbalance: Detector<Settings> = {
  id: 'balancer/load-imbalance',
  title: 'Load is uneven',
  why: 'A server gets clearly more of the requests than its weight says. Under round robin that means sticky sessions, retries or connection limits steer the traffic; under hashing a few keys carry much of it. The busiest server sets the pace of the pool and fails first.',
  settings: z.strictObject({
    ...patience('10s', '20s'),
    over: duration('60s', 'Requests are counted over this long'),
    settle: duration('2s', 'After a weight or a state changed: requests that were under way still follow the old shares'),
    ratio: threshold(1.3, 'Of the share that the weights give'),
    ratioHash: threshold(2, 'Where keys choose the server, a popular key alone makes a third more'),
    deviations: threshold(5, 'Beyond what counting noise explains, also when connections are reused in bursts'),
    requestsMin: threshold(200, 'Below, one client makes the difference'),
    shareMin: threshold(0.02, 'A server that should get almost nothing is not judged by ratios'),
  }),
  needs: { spanMs: 120_000, metrics: ['pool_requests_total'] },
  detect: (window, topology, settings) =>
    topology.pools.map((pool): Verdict => {
      const subject = poolLabels(pool)
      const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up') return unjudged(`${pool.target} does not answer`)
      const servers = taking(pool)
      if (servers.length < 2) return unjudged('fewer than two servers take requests')
      // By load the servers get what they manage: the fast ones more, and that is the point.
      if (pool.balances === 'load' || pool.balances === 'unknown')
        return unjudged(`${pool.algorithm} gives no share to hold the traffic against`)
      const changed = steadySince(window, pool)
      const from = Math.max(window.to - settings.over, changed === null ? 0 : changed + settings.settle)
      const ms = window.to - from
      if (ms < 8_000) return unjudged('weights or states changed a moment ago')
      const counts = servers.map((server) => requestsOf(window, pool, server, ms))
      if (counts.includes(null)) return unjudged('requests of each server are not reported')
      const total = counts.reduce((sum: number, count) => sum + count!, 0)
      if (total < settings.requestsMin) return unjudged(`${total} requests; ${settings.requestsMin} needed`)

      const expected = shareByWeight(pool)
      const bar = pool.balances === 'hash' ? settings.ratioHash : settings.ratio
      const judged = servers
        .map((server, i) => {
          const share = Math.max(expected.get(server.name)!, settings.shareMin)
          const seen = counts[i]! / total
          return { server, share, seen, ratio: seen / share, z: (counts[i]! - total * share) / Math.sqrt(total * share * (1 - share)) }
        })
        .sort((a, b) => b.ratio - a.ratio)
      const [worst] = judged
      if (!worst || worst.ratio < bar || worst.z < settings.deviations) return { subject, is: 'clear' }
      const span = { from, to: window.to }
      const shares = judged.map(({ server, share, seen }) =>
        evidence(span, 'pool_share', serverLabels(pool, server), `share of ${server.name}`, seen, 'ratio', { baseline: share }),
      )
      return {
        subject,
        is: 'found',
        severity: 'warning',
        summary: `${worst.server.name} gets ${text(worst.seen, 'ratio')} of the requests of ${pool.name}; ${text(worst.share, 'ratio')} by weight`,
        evidence: [
          evidence(span, 'pool_imbalance', subject, 'busiest server, seen over expected', worst.ratio, 'factor', {
            threshold: bar,
            method: `${total} requests, ${Math.round(worst.z)} standard deviations`,
          }),
          ...shares,
        ] as [Evidence, ...Evidence[]],
      }
    }),
}
