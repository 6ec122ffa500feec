import { z } from 'zod'
import { text } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { CurveRecord } from '../../model/record.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { loss: number; saving: number; bytesMin: number; history: number; fresh: number }

export const memorySurplus: Detector<Settings> = {
  id: 'cache/memory-surplus',
  title: 'More memory than it needs',
  why: 'A cache that would hit as much with far less memory: the rest holds keys that are not read again before they end. Nothing is broken; the memory could serve something else. Judged from the references of the cache, replayed by its own rule of eviction, so it needs `references` in the configuration.',
  harmless: 'Where the memory is meant for a peak that was not seen in the time that is looked at.',
  settings: z.strictObject({
    ...patience('60s', '10m'),
    loss: share(0.003, 'What it may hit less, of all reads: less than most caches vary from hour to hour'),
    saving: share(0.3, 'Part of its memory that must be saved at least: less is not worth a change'),
    bytesMin: threshold(16 * 1_048_576, 'And at least so many bytes, 16 MiB: a small cache costs nothing'),
    history: duration('1h', 'How far its references must reach back: keys that are read again later than that would be missed'),
    fresh: duration('30m', 'An older curve is not judged: it speaks of other traffic'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['curve'] },
  detect: (window, topology, settings) =>
    topology.targets.flatMap(({ name }): Verdict[] => {
      const curve = window.records('curve', name).find(({ varies }) => varies === 'memory')
      if (!curve || factsOf(topology, name)?.role === 'store') return []
      const subject = { target: name }
      const minutes = Math.round((window.to - curve.at) / 60_000)
      if (window.to - curve.at > settings.fresh) return [{ subject, is: 'unjudged', because: `its curve is ${minutes} min old` }]
      const seen = 2 * curve.spanMs
      if (seen < settings.history)
        return [
          {
            subject,
            is: 'unjudged',
            because: `its references reach back ${Math.round(seen / 60_000)} min; ${settings.history / 60_000} needed`,
          },
        ]
      const found = smallest(curve, settings)
      if (!found) return [{ subject, is: 'clear' }]
      const now = curve.points[curve.present.point]!
      const { point, saved } = found
      return [
        {
          subject,
          is: 'found',
          severity: 'info',
          summary: `${name} would hit as much with ${text(point.bytes!, 'bytes')} instead of ${text(now.bytes!, 'bytes')}: ${text(saved, 'bytes')} hold keys that are not read again`,
          evidence: [
            evidence({ from: curve.at, to: window.to }, 'cache_memory_max_bytes', subject, 'memory limit', now.bytes!, 'bytes', {
              baseline: point.bytes!,
              method: curve.basis,
            }),
            evidence(
              { from: curve.at, to: window.to },
              'cache_hit_ratio',
              subject,
              `hit ratio with ${text(point.bytes!, 'bytes')}`,
              point.hitRatio,
              'ratio',
              {
                low: point.low,
                high: point.high,
                baseline: now.hitRatio,
              },
            ),
          ],
        },
      ]
    }),
}

/** The smallest size of the curve that hits as much as the present one, by the model of both, and saves enough. */
function smallest(curve: CurveRecord, { loss, saving, bytesMin }: Pick<Settings, 'loss' | 'saving' | 'bytesMin'>) {
  const now = curve.points[curve.present.point]!
  if (now.bytes === null) return null
  const enough = curve.points
    .filter(({ bytes, hitRatio }) => bytes !== null && bytes < now.bytes! && hitRatio >= now.hitRatio - loss)
    .sort((a, b) => a.bytes! - b.bytes!)[0]
  if (!enough) return null
  const saved = now.bytes - enough.bytes!
  return saved >= saving * now.bytes && saved >= bytesMin ? { point: enough, saved } : null
}
