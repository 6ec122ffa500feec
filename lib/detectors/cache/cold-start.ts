import { z } from 'zod'
import { duration as durationText, text } from '../../format/format.ts'
import { cut, increase } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Series } from '../../model/series.ts'
import { flushedAt, restartedAt } from '../emptied.ts'
import { readsLost } from '../prices.ts'
import { cacheRows, evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { warm: number; emptied: number; over: number; lookupsMin: number; newNormal: number }

/** The span over which the hit ratio before the loss is measured. */
const BEFORE_MS = 60_000

export const coldStart: Detector<Settings> = {
  id: 'cache/cold-start',
  title: 'Filling again after it was emptied',
  why: 'The cache lost its keys, by a restart or a flush, and fetches them again one by one. Until it is warm, the origin answers reads that would otherwise be hits.',
  harmless:
    'Where the origin carries the additional reads: it passes by itself. The risk is the load on the origin meanwhile, above all when a second cache is cold at the same time.',
  settings: z.strictObject({
    ...patience('3s', '5s'),
    warm: share(0.95, 'Share of the hit ratio before, from which the cache counts as warm again'),
    emptied: share(0.7, 'Share of the keys that is gone at once, other than by TTL or eviction'),
    over: duration('10s', 'The hit ratio is measured over this time: short enough for a cache that fills within a minute'),
    lookupsMin: threshold(40, 'Fewer lookups are not judged'),
    newNormal: duration('10m', 'A hit ratio that has stayed low for this time will not recover by waiting'),
  }),
  needs: {
    spanMs: 720_000,
    metrics: ['cache_hits_total', 'cache_misses_total'],
    also: { metrics: ['cache_uptime_seconds', 'cache_items', 'cache_expirations_total', 'cache_evictions_total'] },
  },
  price: readsLost,
  detect: (window, topology, settings) =>
    cacheRows(window, [
      'cache_hits_total',
      'cache_misses_total',
      'cache_uptime_seconds',
      'cache_items',
      'cache_expirations_total',
      'cache_evictions_total',
    ]).flatMap((row): Verdict[] => {
      const subject = row.labels
      const { cache_hits_total: hits, cache_misses_total: misses, cache_uptime_seconds: uptime, cache_items: items } = row
      if (factsOf(topology, subject.target)?.role === 'store') return []
      const unjudged = (because: string): Verdict[] => [{ subject, is: 'unjudged', because }]
      if (!hits || !misses) return unjudged('misses are not reported')
      const stale = staleBecause(hits, window.to)
      if (stale) return unjudged(stale)
      const gone = [row.cache_expirations_total, row.cache_evictions_total].filter((series): series is Series => series !== undefined)
      const restarted = uptime ? restartedAt(uptime) : null
      const flushed = items ? flushedAt(items, gone, settings.emptied) : null
      const at = Math.max(restarted ?? 0, flushed ?? 0)
      if (at === 0 || window.to - at > settings.newNormal) return [{ subject, is: 'clear' }]
      const ratio = (from: number, to: number) => {
        const hit = increase(cut(hits.points, from, to))
        const lookups = hit + increase(cut(misses.points, from, to))
        return lookups >= settings.lookupsMin ? { value: hit / lookups, perSecond: lookups / ((to - from) / 1000) } : null
      }
      const before = ratio(at - BEFORE_MS, at)
      if (!before) return unjudged('the hit ratio before it was emptied is not known')
      const now = ratio(Math.max(at + 1, window.to - settings.over), window.to)
      if (!now) return unjudged('too few reads since it was emptied')
      if (now.value >= settings.warm * before.value) return [{ subject, is: 'clear' }]
      const what = restarted !== null && restarted >= (flushed ?? 0) - settings.over ? 'restarted' : 'was emptied'
      const extra = Math.max(0, before.value - now.value) * now.perSecond
      const half = (window.to - at) / 2
      const left = leftMs(
        ratio(at + 1, at + half)?.value,
        ratio(at + half, window.to)?.value,
        half,
        before.value,
        (1 - settings.warm) * before.value,
      )
      return [
        {
          subject,
          is: 'found',
          severity: 'info',
          summary: `${subject.target} ${what} ${durationText(window.to - at)} ago and is filling: hit ratio ${text(now.value, 'ratio')}, ${text(before.value, 'ratio')} before; ${text(extra, 'perSecond')} more reads reach the origin${left === null ? '' : `, for about ${durationText(left)} more`}`,
          evidence: [
            evidence(
              { from: Math.max(at, window.to - settings.over), to: window.to },
              'cache_hit_ratio',
              subject,
              'hit ratio',
              now.value,
              'ratio',
              {
                baseline: before.value,
                threshold: settings.warm * before.value,
              },
            ),
            evidence({ from: at, to: window.to }, 'cache_miss_rate', subject, 'misses beyond the usual', extra, 'perSecond'),
            ...(left === null
              ? []
              : [
                  evidence({ from: at, to: window.to }, 'cache_hit_ratio', subject, 'until warm', left / 1000, 'seconds', {
                    method: 'what is missing shrinks by the same factor in the same time',
                  }),
                ]),
          ],
        },
      ]
    }),
}

/** How long until the gap to `goal` is below `near`, if it goes on shrinking as from one half to the other; null while that is unknown. */
function leftMs(first: number | undefined, second: number | undefined, halfMs: number, goal: number, near: number): number | null {
  if (first === undefined || second === undefined) return null
  const [wide, narrow] = [goal - first, goal - second]
  if (narrow <= near || narrow > 0.9 * wide) return null
  return (halfMs * Math.log(narrow / near)) / Math.log(wide / narrow)
}
