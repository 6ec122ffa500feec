import { z } from 'zod'
import { count, text } from '../../format/format.ts'
import { wilson } from '../../math/intervals.ts'
import { cut, increase } from '../../math/rates.ts'
import { ownSeries, poolLabels, requestsOf } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { requestsFailed } from '../prices.ts'
import { evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { part: number; critical: number; stretch: number; shedMin: number }
/** What a limit refused, and what servers were asked all the same, in one span of time. */
type Shed = { shed: number; served: number }

export const shedding: Detector<Settings> = {
  id: 'balancer/shedding',
  title: 'A limit refuses requests',
  why: 'A rate limit or an open circuit breaker refuses requests before a server sees them. That protects what is behind, and each refused request is an error for whoever sent it. Either more is asked than the pool was sized for, or what is behind has become slow so that requests pile up at the limit, or the limit is too small.',
  harmless:
    'Where those that are refused are abusers, or clients that wait and try again. Of HAProxy, requests that any deny or tarpit rule refuses count, also those that have nothing to do with load.',
  settings: z.strictObject({
    ...patience('5s', '20s'),
    part: share(0.01, 'Share of the requests that is refused, as the lower end of its 95 % interval'),
    critical: share(0.25, 'Share from which it is critical: most users notice'),
    stretch: duration('10s', 'It must show in two consecutive spans of this length: a burst at the limit is over within one'),
    shedMin: threshold(10, 'Fewer refused requests in a span are not judged: one client that is turned away'),
  }),
  needs: {
    spanMs: 60_000,
    metrics: ['pool_shed_total', 'pool_requests_total'],
    topology: 'pools',
    also: { metrics: ['pool_breaker_open'] },
  },
  price: requestsFailed,
  detect: (window, topology, settings) =>
    topology.pools.values().map((pool): Verdict => {
      const subject = poolLabels(pool)
      const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up') return unjudged(`${pool.target} does not answer`)
      const spans = spansOf(window, pool, settings)
      const open = openBreakers(window, pool, settings)
      // Counters of what is refused come with the first that is: an open breaker is told before.
      if (typeof spans === 'string') return open.length > 0 ? openVerdict(window, pool, open, settings) : unjudged(spans)
      const surely = spans.every(
        ({ shed, served }) => shed >= settings.shedMin && wilson(Math.round(shed), Math.round(shed + served)).low >= settings.part,
      )
      if (!surely) return open.length > 0 ? openVerdict(window, pool, open, settings) : { subject, is: 'clear' }
      const [shed, served] = [spans.reduce((sum, one) => sum + one.shed, 0), spans.reduce((sum, one) => sum + one.served, 0)]
      const { value, low, high } = wilson(Math.round(shed), Math.round(shed + served))
      const span = { from: window.to - 2 * settings.stretch, to: window.to }
      return {
        subject,
        is: 'found',
        severity: value >= settings.critical ? 'critical' : 'warning',
        summary: `${text(value, 'ratio')} of the requests to ${pool.name} are refused by a limit of ${pool.target}, ${count(shed)} in ${count((2 * settings.stretch) / 1000)} s`,
        evidence: [
          evidence(span, 'pool_shed_total', subject, 'share refused', value, 'ratio', { low, high, threshold: settings.part }),
          evidence(span, 'pool_shed_total', subject, 'refused', shed / ((2 * settings.stretch) / 1000), 'perSecond'),
        ],
      }
    }),
}

/** Circuit breakers of a pool that were open at each look of both spans: one that opens for a moment is doing its work. */
const openBreakers = (window: SeriesWindow, pool: Pool, { stretch }: Settings): string[] =>
  window.series('pool_breaker_open', poolLabels(pool)).flatMap(({ labels, points, stepMs }) => {
    const looks = cut(points, window.to - 2 * stretch, window.to)
    const enough = looks.length >= Math.max(3, Math.floor((1.4 * stretch) / Math.max(1_000, stepMs)))
    return labels.breaker !== undefined && enough && looks.every(([, open]) => open >= 1) ? [labels.breaker] : []
  })

/** What an open breaker does, by what it limits. */
const OPEN: Record<string, string> = {
  requests: 'further requests are refused',
  connections: 'further requests wait for a connection that becomes free',
  waiting: 'requests that find no free connection are refused',
  retries: 'requests that fail are not tried again',
}

function openVerdict(window: SeriesWindow, pool: Pool, open: readonly string[], { stretch }: Settings): Verdict {
  const subject = poolLabels(pool)
  const span = { from: window.to - 2 * stretch, to: window.to }
  const follows = open.map((breaker) => `of ${breaker}${OPEN[breaker] ? `: ${OPEN[breaker]}` : ''}`).join('; ')
  return {
    subject,
    is: 'found',
    severity: open.every((breaker) => breaker === 'retries') ? 'info' : 'warning',
    summary: `${open.length === 1 ? 'A circuit breaker' : 'Circuit breakers'} of ${pool.name} ${open.length === 1 ? 'is' : 'are'} open for ${count((2 * stretch) / 1000)} s, ${follows}`,
    evidence: open.map((breaker) =>
      evidence(span, 'pool_breaker_open', { ...subject, breaker }, `breaker of ${breaker}`, 1, 'count', { threshold: 1 }),
    ) as [Evidence, ...Evidence[]],
  }
}

/** The last two spans, or why they are not known. */
function spansOf(window: SeriesWindow, pool: Pool, { stretch }: Settings): Shed[] | string {
  const own = ownSeries(window, 'pool_shed_total', pool, null)
  if (!own) return 'requests that a limit refuses are not reported'
  const stale = staleBecause(own, window.to)
  if (stale) return stale
  if ((own.points[0]?.[0] ?? window.to) > window.to - 2 * stretch) return `read for less than ${(2 * stretch) / 1000} s`
  return [0, 1].map((k) => ({
    shed: increase(cut(own.points, window.to - (k + 1) * stretch - 1, window.to - k * stretch)),
    served: servedIn(window.between(window.from, window.to - k * stretch), pool, stretch),
  }))
}

/** Requests that servers took; nothing where a breaker lets none through. */
const servedIn = (window: SeriesWindow, pool: Pool, ms: number): number =>
  servingOf(pool).reduce((sum, server) => sum + (requestsOf(window, pool, server, ms) ?? 0), 0)
