import { z } from 'zod'
import { count, text } from '../../format/format.ts'
import { coverage, cut } from '../../math/rates.ts'
import { mean, median } from '../../math/robust.ts'
import { poolLabels, requestsOf, serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { lasts: number; ratio: number; deviations: number; sessionsMin: number; slower: number; over: number }
/** One server: sessions under way, also for each unit of weight, requests a second, response where it is reported. */
type Load = { server: PoolServer; sessions: number; level: number; perSecond: number; response: number | null }

export const longSessions: Detector<Settings> = {
  id: 'balancer/long-sessions',
  title: 'Round robin deals out sessions that last',
  why: 'Round robin evens out how many sessions begin, not how many are under way. Where sessions last (WebSockets, downloads, database connections), a server that was away stays idle long after it is back, and the others carry its sessions until those end. Least connections sends new sessions to where the fewest are under way.',
  harmless:
    'Where sessions cost next to nothing while they are idle, and while a server that has just come back fills up: that ends after the time that a session lasts.',
  settings: z.strictObject({
    ...patience('60s', '30s'),
    lasts: duration(
      '10s',
      'Mean time of a session, as sessions under way over those that begin (Little): shorter ones even out by themselves',
    ),
    ratio: threshold(1.5, 'Sessions of the busiest server for its weight, over the mean'),
    deviations: threshold(6, 'Standard deviations beyond what chance scatters (Poisson): sessions of one user come together'),
    sessionsMin: threshold(20, 'Fewer sessions on a server on average are not judged'),
    slower: threshold(2, 'Response of the busiest over the median of all: a slow server has more under way for another reason'),
    over: duration('60s', 'Sessions are averaged over this time'),
  }),
  needs: {
    spanMs: 90_000,
    metrics: ['pool_sessions', 'pool_requests_total'],
    topology: 'pools',
    also: { metrics: ['pool_response_seconds'] },
  },
  detect: (window, topology, settings) =>
    topology.pools.values().map((pool): Verdict => {
      const subject = poolLabels(pool)
      const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up') return unjudged(`${pool.target} does not answer`)
      // Others do not deal out in turns; a sticky pool is judged by balancer/sticky-skew.
      if (pool.balances !== 'weight' || pool.sticky) return { subject, is: 'clear' }
      const serving = servingOf(pool)
      if (serving.length < 2) return { subject, is: 'clear' }
      const loads = serving.flatMap((server) => loadOf(window, pool, server, settings) ?? [])
      if (loads.length < serving.length) return unjudged('the sessions of its servers are not reported, or not for long enough')
      return judged(window, pool, loads, settings)
    }),
}

function loadOf(window: SeriesWindow, pool: Pool, server: PoolServer, { over }: Settings): Load | null {
  const sessions = serverSeries(window, 'pool_sessions', pool, server)
  const requests = requestsOf(window, pool, server, over)
  const from = window.to - over
  if (!sessions || requests === null || server.weightEffective <= 0) return null
  if (coverage(sessions.points, sessions.stepMs, from, window.to) < 0.7) return null
  const under = mean(cut(sessions.points, from, window.to).map(([, value]) => value))
  if (under === null) return null
  const response = mean((serverSeries(window, 'pool_response_seconds', pool, server)?.points ?? []).map(([, value]) => value))
  return { server, sessions: under, level: under / server.weightEffective, perSecond: requests / (over / 1_000), response }
}

function judged(window: SeriesWindow, pool: Pool, loads: readonly Load[], settings: Settings): Verdict {
  const subject = poolLabels(pool)
  const begun = loads.reduce((sum, { perSecond }) => sum + perSecond, 0)
  const under = loads.reduce((sum, { sessions }) => sum + sessions, 0)
  if (begun <= 0 || under / loads.length < settings.sessionsMin) return { subject, is: 'clear' }
  const lasts = under / begun
  const weights = loads.reduce((sum, { server }) => sum + server.weightEffective, 0)
  const busiest = loads.reduce((a, b) => (b.level > a.level ? b : a))
  const expected = (under * busiest.server.weightEffective) / weights
  const ratio = busiest.sessions / expected
  const beyond = (busiest.sessions - expected) / Math.sqrt(expected)
  const even = lasts < settings.lasts / 1_000 || ratio < settings.ratio || beyond < settings.deviations
  if (even || isSlow(busiest, loads, settings)) return { subject, is: 'clear' }
  const span = { from: window.to - settings.over, to: window.to }
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `${busiest.server.name} has ${count(busiest.sessions)} sessions under way, ${text(ratio, 'factor')} its part of ${pool.name}: sessions last ${text(lasts, 'seconds')}, and ${pool.algorithm} does not look at those that last`,
    evidence: [
      evidence(
        span,
        'pool_sessions',
        serverLabels(pool, busiest.server),
        `under way on ${busiest.server.name}`,
        busiest.sessions,
        'count',
        {
          baseline: expected,
          threshold: settings.ratio * expected,
        },
      ),
      evidence(span, 'pool_sessions', subject, 'mean time of a session', lasts, 'seconds', {
        threshold: settings.lasts / 1_000,
        method: 'sessions under way over those that begin a second',
      }),
    ],
  }
}

function isSlow({ response }: Load, loads: readonly Load[], { slower }: Settings): boolean {
  const usual = median(loads.flatMap((load) => load.response ?? []))
  return response !== null && usual !== null && usual > 0 && response > slower * usual
}
