import { z } from 'zod'
import { number, text } from '../../format/format.ts'
import { cut } from '../../math/rates.ts'
import { mean } from '../../math/robust.ts'
import { poolLabels, requestsOf, serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { Point } from '../../model/series.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { requestsSlowed } from '../prices.ts'
import { evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { over: number; part: number; queued: number; wait: number; critical: number; requestsMin: number }

export const queueing: Detector<Settings> = {
  id: 'balancer/queueing',
  title: 'Requests wait for a server',
  why: "Every server of the pool is at its connection limit, so requests wait in the balancer's queue before a server works on them. The wait adds to each response time and keeps growing while more requests arrive than are served.",
  harmless: 'A burst that is over within a second: that is what a queue is for.',
  settings: z.strictObject({
    ...patience('5s', '20s'),
    over: duration('20s', 'The queue is read once a second over this time: long enough to tell a lasting queue from a burst'),
    part: share(0.8, 'Share of these readings that must find a waiting request'),
    queued: threshold(2, 'Mean length of the queue: a single request may just be on its way'),
    wait: duration('50ms', 'Mean wait, computed as queue over throughput (Little): shorter waits go unnoticed'),
    critical: duration('1s', 'Mean wait from which it is critical'),
    requestsMin: threshold(20, 'Fewer requests are not judged: the wait cannot be computed from the queue'),
  }),
  needs: {
    spanMs: 60_000,
    metrics: ['pool_queue', 'pool_requests_total'],
    topology: 'pools',
    also: { metrics: ['pool_sessions', 'pool_sessions_max'] },
  },
  price: requestsSlowed,
  detect: (window, topology, settings) =>
    topology.pools.values().map((pool): Verdict => {
      const subject = poolLabels(pool)
      const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up') return unjudged(`${pool.target} does not answer`)
      const own = window.series('pool_queue', subject)
      if (own.length === 0) return unjudged('queues are not reported')
      const stale = own.map((series) => staleBecause(series, window.to)).find((because) => because !== null)
      if (stale) return unjudged(stale)
      const looks = summed(
        own.map((series) => cut(series.points, window.to - settings.over, window.to)),
        own.length,
      )
      const needed = Math.ceil((0.7 * settings.over) / Math.max(1000, own[0]!.stepMs))
      if (looks.length < Math.max(3, needed)) return unjudged(`${looks.length} readings of the queue; ${Math.max(3, needed)} needed`)
      const queued = mean(looks)!
      const part = looks.filter((waiting) => waiting > 0).length / looks.length
      if (queued < settings.queued || part < settings.part) return { subject, is: 'clear' }
      const requests = throughput(window, pool, settings.over)
      if (requests === null || requests < settings.requestsMin)
        return unjudged(`${requests ?? 'no'} requests served; ${settings.requestsMin} needed`)
      const wait = queued / (requests / (settings.over / 1000))
      if (wait < settings.wait / 1000) return { subject, is: 'clear' }
      const span = { from: window.to - settings.over, to: window.to }
      const servers = servingOf(pool).flatMap((server): Evidence[] => {
        const sessions = serverSeries(window, 'pool_sessions', pool, server)?.points.at(-1)?.[1]
        const most = serverSeries(window, 'pool_sessions_max', pool, server)?.points.at(-1)?.[1]
        return sessions === undefined || !most
          ? []
          : [
              evidence(span, 'pool_sessions', serverLabels(pool, server), `under way on ${server.name}`, sessions, 'count', {
                threshold: most,
              }),
            ]
      })
      return {
        subject,
        is: 'found',
        severity: wait >= settings.critical / 1000 ? 'critical' : 'warning',
        summary: `${number(queued)} requests wait in ${pool.name}, each about ${text(wait, 'seconds')} before a server takes it`,
        evidence: [
          evidence(span, 'pool_queue', subject, 'mean wait in the queue', wait, 'seconds', {
            threshold: settings.wait / 1000,
            method: `queue over throughput: ${number(queued)} waiting, ${number(requests / (settings.over / 1000))} served a second`,
          }),
          evidence(span, 'pool_queue', subject, 'waiting on average', queued, 'count', { threshold: settings.queued }),
          ...servers,
        ],
      }
    }),
}

/** The sum at each moment at which all of them were read. */
function summed(all: (readonly Point[])[], count: number): number[] {
  const sums = new Map<number, { sum: number; seen: number }>()
  for (const points of all)
    for (const [at, value] of points) {
      const so = sums.get(at) ?? { sum: 0, seen: 0 }
      sums.set(at, { sum: so.sum + value, seen: so.seen + 1 })
    }
  return [...sums.values()].filter(({ seen }) => seen === count).map(({ sum }) => sum)
}

/** Requests that servers took; null where that is not reported. */
function throughput(window: SeriesWindow, pool: Pool, ms: number): number | null {
  const counts = servingOf(pool).map((server) => requestsOf(window, pool, server, ms))
  return counts.every((count) => count !== null) && counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : null
}
