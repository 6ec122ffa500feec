import { z } from 'zod'
import { text } from '../../format/format.ts'
import { newestValue, pointsWithin } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { cacheRows, evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { ratio: number; bytes: number; over: number }

export const fragmentation: Detector<Settings> = {
  id: 'cache/fragmentation',
  title: 'Memory is fragmented',
  why: 'The process holds much more memory of the machine than its data needs: freed values of other sizes have left gaps. The machine runs out of memory before maxmemory is reached. activedefrag closes the gaps while the server runs.',
  harmless: 'After a large deletion: the memory is used again.',
  settings: z.strictObject({
    ...patience('10s', '60s'),
    ratio: threshold(1.5, 'Resident memory over used memory, as in MEMORY DOCTOR'),
    bytes: threshold(
      268_435_456,
      'And at least this much fragmented memory, 256 MiB: on a small instance the ratio is mostly the program itself',
    ),
    over: duration('5m', 'Every reading in this time must show it: a rewrite or a deletion is over sooner'),
  }),
  needs: { spanMs: 360_000, metrics: ['redis_memory_used_rss_bytes', 'cache_memory_used_bytes'] },
  detect: (window, _topology, settings) =>
    cacheRows(window, ['redis_memory_used_rss_bytes', 'cache_memory_used_bytes']).map((row): Verdict => {
      const subject = row.labels
      const [held, used] = [row.redis_memory_used_rss_bytes!, row.cache_memory_used_bytes]
      const stale = staleBecause(held, window.to)
      if (stale || !used) return { subject, is: 'unjudged', because: stale ?? 'memory in use is not reported' }
      const now = newestValue(held)!
      const data = newestValue(used) ?? 0
      if (now < settings.ratio * data || now - data < settings.bytes) return { subject, is: 'clear' }
      const from = window.to - settings.over
      if (held.points[0]![0] > from + 5_000) return { subject, is: 'unjudged', because: `read for less than ${settings.over / 60_000} min` }
      const least = Math.min(...pointsWithin(held, from, window.to).map(([, value]) => value))
      const most = Math.max(...pointsWithin(used, from, window.to).map(([, value]) => value))
      if (least < settings.ratio * most || least - most < settings.bytes) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: 'warning',
        summary: `${subject.target} holds ${text(now, 'bytes')} of memory for ${text(data, 'bytes')} of data`,
        evidence: [
          evidence(
            { from, to: window.to },
            'redis_memory_used_rss_bytes',
            subject,
            'memory held over memory used',
            least / most,
            'factor',
            {
              threshold: settings.ratio,
            },
          ),
        ],
      }
    }),
}
