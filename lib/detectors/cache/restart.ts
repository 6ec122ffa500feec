import { z } from 'zod'
import { duration as durationText, text } from '../../format/format.ts'
import { increase } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { Series } from '../../model/series.ts'
import { restartedAt } from '../emptied.ts'
import { readsLost } from '../prices.ts'
import { cacheRows, evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, share } from '../settings.ts'

type Settings = DetectorSettings & { holdMin: number; holdMax: number; recovered: number }

export const restart: Detector<Settings> = {
  id: 'cache/restart',
  title: 'Restarted',
  why: 'A cache that restarts comes back empty: every read is a miss until the keys are fetched again, and the origin answers them all. Replicas and clients reconnect at the same time.',
  harmless: 'A planned restart looks the same: silence the rule for its time.',
  settings: z.strictObject({
    ...patience('0s', '0s'),
    holdMin: duration('60s', 'How long it is reported at least, so that whoever looks for a cause sees it'),
    holdMax: duration('3m', 'How long it is reported at most, warm or not'),
    recovered: share(0.95, 'Share of the hit ratio before, from which the cache counts as recovered'),
  }),
  needs: { spanMs: 600_000, metrics: ['cache_uptime_seconds'], also: { metrics: ['cache_hits_total', 'cache_misses_total'] } },
  price: readsLost,
  detect: (window, topology, settings) =>
    cacheRows(window, ['cache_uptime_seconds', 'cache_hits_total', 'cache_misses_total']).map((row): Verdict => {
      const subject = row.labels
      const uptime = row.cache_uptime_seconds!
      const at = restartedAt(uptime)
      const stale = staleBecause(uptime, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      if (at === null) return { subject, is: 'clear' }
      const age = window.to - at
      if (age > settings.holdMax) return { subject, is: 'clear' }
      const ratiosUntil = (to: number) => ratios(row.cache_hits_total, row.cache_misses_total, at, to)
      const hits = ratiosUntil(window.to)
      // Once recovered, it stays so: keys that were fetched together also expire together and lower the ratio again for a while.
      const wasWarm = (to: number) => {
        const then = ratiosUntil(to)
        return !then || (then.now !== null && then.now >= settings.recovered * then.before)
      }
      const late = uptime.points.map(([ms]) => ms).filter((ms) => ms > at + settings.holdMin)
      if (late.some(wasWarm)) return { subject, is: 'clear' }
      const store = factsOf(topology, subject.target)?.role === 'store'
      const warmth: Evidence[] =
        hits && hits.now !== null
          ? [
              evidence({ from: at, to: window.to }, 'cache_hit_ratio', subject, 'hit ratio since', hits.now, 'ratio', {
                baseline: hits.before,
              }),
            ]
          : []
      const since = warmth.length ? `: hit ratio ${text(hits!.now!, 'ratio')}, ${text(hits!.before, 'ratio')} before` : ''
      return {
        subject,
        is: 'found',
        severity: 'warning',
        summary: `${subject.target} restarted ${durationText(age)} ago${since}${store ? '; check what it loaded from disk' : ''}`,
        evidence: [
          evidence({ from: at, to: window.to }, 'cache_uptime_seconds', subject, 'up for', uptime.points.at(-1)![1], 'seconds', {
            method: 'uptime fell behind the time that passed',
          }),
          ...warmth,
        ],
      }
    }),
}

/** The hit ratio before the restart, and since over the newest ten seconds; null where either side has too few reads. */
function ratios(
  hits: Series | undefined,
  misses: Series | undefined,
  at: number,
  to: number,
): { before: number; now: number | null } | null {
  if (!hits || !misses) return null
  const over = (from: number, until: number) => {
    const within = (series: Series) => increase(series.points.filter(([ms]) => ms >= from && ms <= until))
    const hit = within(hits)
    const lookups = hit + within(misses)
    return lookups >= 20 ? hit / lookups : null
  }
  const before = over(at - 60_000, at)
  return before === null ? null : { before, now: over(Math.max(at + 1, to - 10_000), to) }
}
