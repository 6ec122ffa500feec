import { z } from 'zod'
import { bestRule } from '../../curves/bestRule.ts'
import { safe, text } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { CurvePoint } from '../../model/record.ts'
import { readsLost } from '../prices.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, share } from '../settings.ts'

type Settings = DetectorSettings & { gain: number; history: number; fresh: number }

export const evictionPolicy: Detector<Settings> = {
  id: 'cache/eviction-policy',
  title: 'Another rule of eviction would hit more',
  why: 'The cache is full and evicts keys that are read again, while it keeps others that are not: with the same memory another `maxmemory-policy`, or one that compares more keys (`maxmemory-samples`), would keep the right ones. Scans and other keys that are read once push those that are read all day out of an LRU; popularity that moves on leaves an LFU with keys of yesterday. A cache that evicts steadily raises no other rule, whatever it evicts. Judged from the references of the cache, replayed by each rule, so it needs `references` in the configuration.',
  harmless: 'Where the pattern of reads is about to change, and where the origin is cheap to ask.',
  settings: z.strictObject({
    ...patience('60s', '10m'),
    gain: share(0.02, 'What it would hit more, of all reads: less than two points is near what such a replay may be off'),
    history: duration('10m', 'How far its references must reach back: LFU counts over minutes, and forgets by the minute'),
    fresh: duration('30m', 'An older curve is not judged: it speaks of other traffic'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['curve'], can: ['eviction'], also: { metrics: [], records: ['fact'] } },
  price: readsLost,
  detect: (window, topology, settings) =>
    topology.targets.flatMap(({ name }): Verdict[] => {
      const curve = window.records('curve', name).find(({ varies }) => varies === 'policy')
      if (!curve || factsOf(topology, name)?.role === 'store') return []
      const subject = { target: name }
      const unjudged = (because: string): Verdict[] => [{ subject, is: 'unjudged', because }]
      const minutes = (ms: number) => Math.round(ms / 60_000)
      if (window.to - curve.at > settings.fresh) return unjudged(`its curve is ${minutes(window.to - curve.at)} min old`)
      const seen = 2 * curve.spanMs
      if (seen < settings.history) return unjudged(`its references reach back ${minutes(seen)} min; ${minutes(settings.history)} needed`)
      const { now, best } = bestRule(curve)
      const live = window.records('fact', name).find(({ id }) => id === 'config/maxmemory-policy')?.value
      if (live !== undefined && live !== now.policy) return unjudged('its rule of eviction was changed since its curve was computed')
      // Bands that overlap are no reason to turn what works.
      if (best.hitRatio - now.hitRatio < settings.gain || best.low <= now.hitRatio) return [{ subject, is: 'clear' }]
      const span = { from: curve.at, to: window.to }
      return [
        {
          subject,
          is: 'found',
          severity: 'info',
          summary: `${name} would hit ${text(best.hitRatio - now.hitRatio, 'ratio')} more of its reads with ${ruleText(best)} instead of ${ruleText(now)}`,
          evidence: [
            evidence(span, 'cache_hit_ratio', subject, `hit ratio with ${ruleText(now)}`, now.hitRatio, 'ratio', {
              baseline: best.hitRatio,
              method: curve.basis,
            }),
            evidence(span, 'cache_hit_ratio', subject, `hit ratio with ${ruleText(best)}`, best.hitRatio, 'ratio', {
              low: best.low,
              high: best.high,
            }),
          ],
        },
      ]
    }),
}

const ruleText = ({ policy, samples }: CurvePoint) => `${safe(policy ?? 'another rule', 40)} of ${samples ?? 5} samples`
