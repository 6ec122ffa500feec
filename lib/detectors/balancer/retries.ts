import { z } from 'zod'
import { text } from '../../format/format.ts'
import { wilson } from '../../math/intervals.ts'
import { cut, increase } from '../../math/rates.ts'
import { cameUpAt, ownSeries, poolLabels, serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { retries: number; stretch: number; retriesMin: number; requestsMin: number; warmup: number }
/** The newest span, and the one before it. */
type Tries = { retries: number; requests: number }[]

export const retries: Detector<Settings> = {
  id: 'balancer/retries',
  title: 'Requests are tried again',
  why: 'The balancer could not hand requests to a server and tried again. Users see no error yet, only a wait of a second and more each time, and the retries add load of their own: a server that refuses some connections may soon fail. A full listen queue, a process that restarts, a port that a firewall filters now and then are usual causes.',
  harmless: 'A few retries while a server is deployed anew, as long as they end with the deploy.',
  settings: z.strictObject({
    ...patience('5s', '20s'),
    retries: share(
      0.02,
      'Share of requests that are retried, as the lower end of its 95 % interval: a deploy of one process stays below the default',
    ),
    stretch: duration(
      '10s',
      'It must show in two consecutive spans of this length: requests to a server that dies are retried only for a moment',
    ),
    retriesMin: threshold(3, 'Fewer retries in a span are not judged'),
    requestsMin: threshold(20, 'Fewer requests in a span are not judged: one retry would be a large share'),
    warmup: duration('20s', 'Pause after a server came up, while it opens its connections'),
  }),
  needs: { spanMs: 90_000, metrics: ['pool_retries_total', 'pool_requests_total'], topology: 'pools', also: { metrics: ['pool_up'] } },
  detect: (window, topology, settings) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const facts = factsOf(topology, pool.target)
      const sight = facts && facts.state !== 'up' ? `${pool.target} does not answer` : null
      const serving = new Set(servingOf(pool))
      const byServer = pool.servers.map((server) => ({
        server,
        tries: sight ? null : triesOf(window, pool, server, settings),
      }))
      // Some products count retries of the pool alone; where servers are counted, they are more precise.
      const counted = byServer.some(({ server }) => serverSeries(window, 'pool_retries_total', pool, server) !== undefined)
      if (!counted) {
        const subject = poolLabels(pool)
        const tries = sight ?? triesOf(window, pool, null, settings)
        return [
          typeof tries === 'string' ? { subject, is: 'unjudged', because: tries } : judged(window, subject, pool.name, tries, settings),
        ]
      }
      return byServer.map(({ server, tries }): Verdict => {
        const subject = serverLabels(pool, server)
        if (sight) return { subject, is: 'unjudged', because: sight }
        // It gets no requests: none is tried again.
        if (!serving.has(server)) return { subject, is: 'clear' }
        const up = cameUpAt(window, pool, server)
        if (up !== null && window.to - up < settings.warmup + 2 * settings.stretch)
          return { subject, is: 'unjudged', because: `it came up ${Math.round((window.to - up) / 1000)} s ago` }
        if (tries === null || typeof tries === 'string') return { subject, is: 'unjudged', because: tries ?? 'not read' }
        return judged(window, subject, server.name, tries, settings)
      })
    }),
}

/** Retries and requests of the last two spans, or why they are not known. */
function triesOf(window: SeriesWindow, pool: Pool, server: PoolServer | null, { stretch, requestsMin }: Settings): Tries | string {
  const own = (metric: string) => ownSeries(window, metric, pool, server)
  const [tried, asked] = [own('pool_retries_total'), own('pool_requests_total')]
  if (!tried || !asked) return 'retries are not reported'
  const stale = staleBecause(tried, window.to)
  if (stale) return stale
  if ((tried.points[0]?.[0] ?? window.to) > window.to - 2 * stretch) return `read for less than ${(2 * stretch) / 1000} s`
  const both = [0, 1].map((k) => {
    const from = window.to - (k + 1) * stretch - 1
    const of = (points: typeof tried.points) => increase(cut(points, from, window.to - k * stretch))
    return { retries: of(tried.points), requests: of(asked.points) }
  })
  const few = both.find(({ requests }) => requests < requestsMin)
  return few ? `${few.requests} requests; ${requestsMin} needed` : both
}

function judged(window: SeriesWindow, subject: Labels, who: string, tries: Tries, settings: Settings): Verdict {
  const surely = tries.every(
    (one) => one.retries >= settings.retriesMin && wilson(Math.min(one.retries, one.requests), one.requests).low >= settings.retries,
  )
  if (!surely) return { subject, is: 'clear' }
  const count = tries.reduce((sum, one) => sum + one.retries, 0)
  const requests = tries.reduce((sum, one) => sum + one.requests, 0)
  const { low, high } = wilson(Math.min(count, requests), requests)
  const span = { from: window.to - 2 * settings.stretch, to: window.to }
  return {
    subject,
    is: 'found',
    severity: 'warning',
    summary: `${who}: ${text(count / requests, 'ratio')} of the requests had to be tried again`,
    evidence: [
      evidence(span, 'pool_retries_total', subject, 'requests tried again', count / requests, 'ratio', {
        low,
        high,
        threshold: settings.retries,
        method: `${count} retries, ${requests} requests`,
      }),
    ],
  }
}
