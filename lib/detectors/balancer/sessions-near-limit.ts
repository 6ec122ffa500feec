import { z } from 'zod'
import { count, text } from '../../format/format.ts'
import { cut } from '../../math/rates.ts'
import { quantile } from '../../math/robust.ts'
import { SESSIONS_NEAR } from '../../metrics/capacity.ts'
import { ownSeries, poolLabels, serverLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Severity, Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { near: number; over: number; limitMin: number }
/** Sessions that four of five readings reached, and their limit. */
type Level = { sessions: number; most: number }

export const sessionsNearLimit: Detector<Settings> = {
  id: 'balancer/sessions-near-limit',
  title: 'Sessions near their limit',
  why: 'The pool has nearly as many sessions under way as its limits allow. At the limit new requests wait or are refused, so a small rise in load is enough to make requests fail. Raise the limit if the servers can bear it, add a server, or find what holds the sessions so long.',
  harmless:
    'Where the limit is meant to shed load and clients try again. One server at its limit while the others are well below theirs is only a note: it is slow, or small on purpose.',
  settings: z.strictObject({
    ...patience('10s', '20s'),
    near: share(SESSIONS_NEAR, 'Share of the limit: the rest is used up in one slow second'),
    over: duration('20s', 'Four of five readings in this time must be that high'),
    limitMin: threshold(16, 'Smaller limits are not judged: they keep a queue on purpose'),
  }),
  needs: { spanMs: 60_000, metrics: ['pool_sessions', 'pool_sessions_max'], topology: 'pools' },
  detect: (window, topology, settings) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const whole = poolLabels(pool)
      const facts = factsOf(topology, pool.target)
      if (facts && facts.state !== 'up') return [{ subject: whole, is: 'unjudged', because: `${pool.target} does not answer` }]
      const serving = servingOf(pool)
      const levels = serving.map((server) => levelOf(window, pool, server, settings))
      const levelOfServer = new Map(serving.map((server, index) => [server, levels[index]]))
      const known = levels.filter((level): level is Level => typeof level !== 'string' && level !== null)
      const judge = (subject: Labels, level: Level, who: string, severity: Severity): Verdict => {
        const part = level.sessions / level.most
        if (part < settings.near || level.most < settings.limitMin) return { subject, is: 'clear' }
        return {
          subject,
          is: 'found',
          severity,
          summary: `${who} has ${count(level.sessions)} of at most ${count(level.most)} sessions under way`,
          evidence: [
            evidence({ from: window.to - settings.over, to: window.to }, 'pool_sessions', subject, 'of the limit', part, 'ratio', {
              threshold: settings.near,
              method: `${text(level.sessions, 'count')} of ${text(level.most, 'count')}, reached in four of five readings`,
            }),
          ],
        }
      }
      // Only when all have a limit does their sum bound the pool; else a limit of its own does, where it has one.
      const own = levelOf(window, pool, null, settings)
      const sum =
        serving.length > 0 && known.length === serving.length
          ? known.reduce((all, { sessions, most }) => ({ sessions: all.sessions + sessions, most: all.most + most }), {
              sessions: 0,
              most: 0,
            })
          : own
      const verdict: Verdict =
        sum === null
          ? { subject: whole, is: 'unjudged', because: 'no limit is set, or none is reported' }
          : typeof sum === 'string'
            ? { subject: whole, is: 'unjudged', because: sum }
            : judge(whole, sum, pool.name, 'warning')
      return [
        verdict,
        ...pool.servers.map((server): Verdict => {
          const subject = serverLabels(pool, server)
          const level = levelOfServer.get(server)
          if (level === null || level === undefined) return { subject, is: 'clear' }
          if (typeof level === 'string') return { subject, is: 'unjudged', because: level }
          return verdict.is === 'found' ? { subject, is: 'clear' } : judge(subject, level, server.name, 'info')
        }),
      ]
    }),
}

/** Null: without a limit. A sentence: not known now. */
function levelOf(window: SeriesWindow, pool: Pool, server: PoolServer | null, { over }: Settings): Level | string | null {
  const own = (metric: string) => ownSeries(window, metric, pool, server)
  const [sessions, limit] = [own('pool_sessions'), own('pool_sessions_max')]
  const most = limit?.points.at(-1)?.[1]
  if (!sessions || !most) return null
  const stale = staleBecause(sessions, window.to)
  if (stale) return stale
  const points = cut(sessions.points, window.to - over, window.to)
  const needed = Math.max(3, Math.ceil((0.7 * over) / Math.max(1000, sessions.stepMs)))
  if (points.length < needed) return `${points.length} readings of the sessions; ${needed} needed`
  return {
    sessions: quantile(
      points.map(([, value]) => value),
      0.2,
    )!,
    most,
  }
}
