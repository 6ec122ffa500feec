import { z } from 'zod'
import { text } from '../../format/format.ts'
import { measuredValue } from '../../metrics/measure.ts'
import { poolLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { poolRef, type Ref, refText } from '../../model/ref.ts'
import { addedByRetries } from '../../model/retries.ts'
import type { Labels } from '../../model/series.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { factor: number; hitsMin: number; retries: number }
/** A cache that the pool stands behind, and the reads a second that it keeps from it. */
type Kept = { name: string; metric: string; where: Labels; hits: number }

export const coldCacheOverload: Detector<Settings> = {
  id: 'fleet/cold-cache-overload',
  title: 'The origin cannot bear its caches cold',
  why: 'What stands behind a cache can serve less than it would be asked if the cache lost its keys. After a restart or a flush it is overloaded; requests time out, are sent again, and are not stored, so that the cache does not warm and the overload stays when its cause is gone: a metastable failure (Huang et al., OSDI 2022). Limit what reaches the origin, warm the cache before it takes traffic, or add capacity.',
  harmless:
    'Where a limit in front of the origin refuses what is too much, so that some requests are served and the cache fills. It is a note, because nothing has failed yet.',
  settings: z.strictObject({
    ...patience('60s', '60s'),
    factor: threshold(1.2, 'What it would be asked over what it can serve: within a fifth the estimate does not tell'),
    hitsMin: threshold(10, 'Caches that keep fewer reads a second from it are not judged'),
    retries: share(
      0.1,
      'Part of the requests that is sent again under overload at the least; where more are tried again now, or the configuration of the balancer lets more, that counts',
    ),
  }),
  needs: {
    spanMs: 120_000,
    metrics: ['pool_requests_total', 'pool_sessions', 'pool_sessions_max'],
    topology: 'pools',
    also: {
      metrics: ['cache_hits_total', 'ring_hits_total', 'pool_retries_total'],
    },
  },
  detect: (window, topology, settings) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const callers = topology.edges.filter(({ to }) => refText(to) === refText(poolRef(pool))).map(({ from }) => from)
      const caches = callers.flatMap((ref) => keptBy(ref, window))
      // Nothing is cached before it, so that nothing can be cold.
      if (caches.length === 0) return []
      const subject = poolLabels(pool)
      if (factsOf(topology, pool.target)?.state === 'down') return [{ subject, is: 'unjudged', because: `${pool.target} does not answer` }]
      return [judged(window, pool, caches, settings)]
    }),
}

/** A ring, a cache or a cache inside of a proxy that leads to the pool. */
function keptBy(ref: Ref, window: SeriesWindow): (Kept | { name: string })[] {
  const of = (name: string, metric: string, where: Labels) => {
    const hits = measuredValue(metric, where, window)
    return [hits === null ? { name } : { name, metric, where, hits }]
  }
  if ('ring' in ref && !('node' in ref)) return of(`ring ${ref.ring}`, 'ring_hits_total', { ring: ref.ring })
  if (!('target' in ref) || 'pool' in ref) return []
  return 'cache' in ref
    ? of(`${ref.target}/${ref.cache}`, 'cache_hits_total', { target: ref.target, cache: ref.cache })
    : of(ref.target, 'cache_hits_total', { target: ref.target })
}

function judged(window: SeriesWindow, pool: Pool, caches: readonly (Kept | { name: string })[], settings: Settings): Verdict {
  const subject = poolLabels(pool)
  const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
  const unknown = caches.find((cache) => !('hits' in cache))
  if (unknown) return unjudged(`the hits of ${unknown.name} are not known`)
  const kept = caches as readonly Kept[]
  const hits = kept.reduce((sum, cache) => sum + cache.hits, 0)
  if (hits < settings.hitsMin) return { subject, is: 'clear' }
  const capacity = capacityOf(window, pool)
  if (typeof capacity === 'string') return unjudged(capacity)
  const tried = measuredValue('pool_retries_total', subject, window)
  const seen = Math.max(settings.retries, tried === null ? 0 : tried / capacity.now)
  const asked = capacity.now + hits
  const told = pool.retries && addedByRetries(pool.retries, capacity.sessions)
  // Tries again keep an overload up; without one nothing times out.
  const again = asked > capacity.most ? Math.max(seen, told ?? 0) : seen
  const cold = asked * (1 + again)
  if (cold < settings.factor * capacity.most) return { subject, is: 'clear' }
  const names = kept.map(({ name }) => name).join(', ')
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: `If ${names} lost ${kept.length === 1 ? 'its' : 'their'} keys, ${pool.name} would be asked ${text(cold, 'perSecond')} and can serve about ${text(capacity.most, 'perSecond')} with its limits: it would stay overloaded`,
    evidence: [
      evidence(window, 'pool_request_rate', subject, 'requests with cold caches', cold, 'perSecond', {
        baseline: capacity.now,
        threshold: settings.factor * capacity.most,
        method: `requests now, all hits, and ${text(again, 'ratio')} of both sent again${againWords(pool, again > seen)}`,
      }),
      evidence(window, 'pool_request_rate', subject, 'what it can serve', capacity.most, 'perSecond', {
        method: `${text(capacity.sessions, 'count')} sessions at once, each ${text(capacity.seconds, 'seconds')} as now (Little)`,
      }),
      ...kept.map(
        ({ name, metric, where, hits }): Evidence => evidence(window, metric, where, `reads that ${name} keeps from it`, hits, 'perSecond'),
      ),
    ],
  }
}

/** Where the part that is sent again comes from. */
function againWords({ retries }: Pool, configured: boolean): string {
  if (configured) return `, as its balancer may: ${retries!.text}`
  if (!retries) return '; how often its balancer tries again is not told'
  return retries.more === null ? `; how often its balancer tries again is not known: ${retries.text}` : ''
}

/** What the limits let through at the response of now, which is the best case: under load each request takes longer. */
function capacityOf(window: SeriesWindow, pool: Pool): { now: number; most: number; sessions: number; seconds: number } | string {
  const serving = servingOf(pool)
  const limits = serving.map((server) => serverSeries(window, 'pool_sessions_max', pool, server)?.points.at(-1)?.[1] ?? 0)
  if (serving.length === 0 || limits.some((limit) => limit <= 0))
    return 'what it can serve is not known: not each of its servers has a limit'
  const subject = poolLabels(pool)
  const [now, under] = [measuredValue('pool_request_rate', subject, window), measuredValue('pool_sessions', subject, window)]
  if (now === null || under === null || now <= 0 || under <= 0) return 'how long a request takes is not known: too few come'
  const sessions = limits.reduce((sum, limit) => sum + limit, 0)
  return { now, sessions, seconds: under / now, most: (sessions * now) / under }
}
