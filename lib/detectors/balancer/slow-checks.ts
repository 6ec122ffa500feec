import { z } from 'zod'
import { count, duration as durationText, text } from '../../format/format.ts'
import { poolLabels, requestsOf, serverLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { requests: number; over: number }
type Risk = { server: PoolServer; detectMs: number; perSecond: number; requests: number }

export const slowChecks: Detector<Settings> = {
  id: 'balancer/slow-checks',
  title: 'Health checks slower than the traffic',
  why: 'A server that dies keeps its share of the requests until its health check has failed often enough. Where requests come much faster than checks, thousands of them go to a dead server before it is taken out. A shorter `inter`, a `fastinter` for the failures that count, fewer failures, or checks that count the traffic itself (`observe layer4`) take it out sooner.',
  harmless:
    'Where requests that fail are safely tried on another server at once: HAProxy does so for refused connections (`option redispatch`), not for answers that never come.',
  settings: z.strictObject({
    ...patience('60s', '60s'),
    requests: threshold(
      5_000,
      'Requests that go to a dead server before it is out: with HAProxy’s own six seconds, a server that gets 830 a second',
    ),
    over: duration('60s', 'Requests are counted over this time'),
  }),
  needs: { spanMs: 90_000, metrics: ['pool_requests_total'], topology: 'pools' },
  detect: (window, topology, settings) =>
    topology.pools.values().map((pool): Verdict => {
      const subject = poolLabels(pool)
      const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
      if (factsOf(topology, pool.target)?.state === 'down') return unjudged(`${pool.target} does not answer`)
      const serving = servingOf(pool)
      if (serving.length < 2) return { subject, is: 'clear' }
      const timed = serving.filter(({ detectMs }) => detectMs !== undefined)
      if (timed.length === 0) return unjudged('how often its servers are checked is not told')
      const risks = timed.flatMap((server) => riskOf(window, pool, server, settings) ?? [])
      if (risks.length === 0)
        return timed.some(({ detectMs }) => detectMs !== null) ? unjudged('requests are not reported') : { subject, is: 'clear' }
      const worst = risks.reduce((a, b) => (b.requests > a.requests ? b : a))
      if (worst.requests < settings.requests) return { subject, is: 'clear' }
      const { server, detectMs, perSecond, requests } = worst
      return {
        subject,
        is: 'found',
        severity: 'info',
        summary: `If ${server.name} died, about ${count(requests)} requests would go to it in the ${durationText(detectMs)} that its health check takes`,
        evidence: [
          evidence(
            { from: window.to - settings.over, to: window.to },
            'pool_request_rate',
            serverLabels(pool, server),
            `requests to ${server.name}`,
            perSecond,
            'perSecond',
            {
              threshold: settings.requests / (detectMs / 1_000),
              method: `its check takes up to ${text(detectMs / 1_000, 'seconds')}; an answer that never comes takes it longer`,
            },
          ),
        ],
      }
    }),
}

/** What would go to it before it is out; null where it has no check, or its requests are not known. */
function riskOf(window: SeriesWindow, pool: Pool, server: PoolServer, { over }: Settings): Risk | null {
  const { detectMs } = server
  const asked = requestsOf(window, pool, server, over)
  if (detectMs === null || detectMs === undefined || asked === null) return null
  const perSecond = asked / (over / 1_000)
  return { server, detectMs, perSecond, requests: perSecond * (detectMs / 1_000) }
}
