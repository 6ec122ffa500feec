import { z } from 'zod'
import { text } from '../../format/format.ts'
import { cut, increase, newestValue } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { Series } from '../../model/series.ts'
import { cacheRows, evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { refusals: number; over: number }

export const memoryRefusingWrites: Detector<Settings> = {
  id: 'cache/memory-refusing-writes',
  title: 'Writes are refused: memory is full',
  why: 'Memory is at its limit and the policy forbids eviction (or no key may be evicted), so every write fails with an error. Reads still work, which hides the fault: keys that expire are not filled again, and the hit ratio falls. A store needs more memory or fewer keys; a cache needs a policy that evicts.',
  harmless: 'Never, but for a cache that is being filled for a test.',
  settings: z.strictObject({
    ...patience('2s', '30s'),
    refusals: threshold(3, 'Refused writes: one may be a single value larger than the free memory'),
    over: duration('30s', 'Refused writes are counted over this time'),
  }),
  needs: {
    spanMs: 120_000,
    metrics: ['cache_memory_used_bytes'],
    also: { metrics: ['cache_memory_max_bytes', 'redis_errors_total', 'memcached_store_no_memory_total'] },
  },
  detect: (window, _topology, settings) =>
    cacheRows(window, ['cache_memory_used_bytes', 'cache_memory_max_bytes']).map((row): Verdict => {
      const subject = row.labels
      const used = row.cache_memory_used_bytes!
      const stale = staleBecause(used, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const counters = [
        ...window.series('redis_errors_total', { target: subject.target!, err: 'OOM' }),
        ...window.series('memcached_store_no_memory_total', { target: subject.target! }),
      ]
      const refused = counters.reduce((sum, series) => sum + newOnes(series, used, window.to - settings.over, window.to), 0)
      if (refused < settings.refusals) return { subject, is: 'clear' }
      const most = newestValue(row.cache_memory_max_bytes)
      const span = { from: window.to - settings.over, to: window.to }
      const memory: Evidence[] = most
        ? [
            evidence(span, 'cache_memory_ratio', subject, 'memory used of its limit', newestValue(used)! / most, 'ratio', {
              threshold: 1,
            }),
          ]
        : []
      return {
        subject,
        is: 'found',
        severity: 'critical',
        summary: `${subject.target} refused ${text(refused, 'count')} writes in ${settings.over / 1000} s: its memory is full and nothing may be evicted`,
        evidence: [
          evidence(span, counters[0]!.metric, counters[0]!.labels, 'writes refused', refused, 'count', { threshold: settings.refusals }),
          ...memory,
        ],
      }
    }),
}

/** Growth since `from`. A kind of error is not listed before its first one: a series that begins while others were read began at 0. */
function newOnes(series: Series, reference: Series, from: number, to: number): number {
  const [first] = series.points
  if (!first) return 0
  const began = first[0] >= from && reference.points.some(([at]) => at < first[0]) ? first[1] : 0
  return began + increase(cut(series.points, from - series.stepMs, to))
}
