import { z } from 'zod'
import { count, duration as lasting, safe, text } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { StalenessRecord } from '../../model/staleness.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, share } from '../settings.ts'

type Settings = DetectorSettings & { share: number; most: number; fresh: number }

export const staleAfterWrite: Detector<Settings> = {
  id: 'cache/stale-after-write',
  title: 'Readers get old values',
  why: 'The TTL of a group of keys is long beside the time between two changes of a value, and whoever changes it neither deletes nor sets the key: until the TTL is over, readers are given what was true before. Judged from the references of the cache, by pattern of keys: from writes of the origin that applications report, else from values that had changed when they were filled again. How often keys are set while they live says nothing of it: that is how a writer keeps readers up to date.',
  harmless:
    'Where an old answer does no harm: how old one may be only people know. Raise `share` for the whole fleet, or silence the finding for that pattern.',
  settings: z.strictObject({
    ...patience('60s', '10m'),
    share: share(0.1, 'The part of the reads, by the lower end of its interval, from which it is told: one of ten'),
    most: share(0.5, 'And from which it is a warning: more readers get an old value than a current one'),
    fresh: duration('30m', 'What was computed longer ago is not judged: it speaks of other traffic'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['staleness'] },
  detect: (window, topology, settings) =>
    topology.targets.flatMap(({ name }): Verdict[] => {
      const records = window.records('staleness', name)
      if (records.length === 0 || factsOf(topology, name)?.role === 'store') return []
      const verdicts = records.map((record) => verdictOf(record, window.to, settings))
      // For patterns that are no longer read.
      return records.some(({ at }) => window.to - at <= settings.fresh)
        ? [...verdicts, { subject: { target: name }, is: 'clear' }]
        : verdicts
    }),
}

function verdictOf({ target, id, at, spanMs, found }: StalenessRecord, now: number, settings: Settings): Verdict {
  const subject = { target, pattern: id }
  const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
  if (now - at > settings.fresh) return unjudged(`it was computed ${Math.round((now - at) / 60_000)} min ago`)
  if ('because' in found) return unjudged(found.because)
  if (found.low < settings.share) return { subject, is: 'clear' }
  const { by, reads, share: old, low, high, keys, changesPerKeyHour, ttlMs, other, same } = found
  const every = changesPerKeyHour > 0 ? 3_600_000 / changesPerKeyHour : null
  const span = { from: at - spanMs, to: at }
  const method =
    by === 'writes'
      ? `${count(reads)} reads that hit, of ${keys} keys; old is what was read between a write that an application reported and the end of the value in the cache. Writers that report nothing come on top`
      : `${count(reads)} reads that hit, of ${keys} keys; ${other} values had changed when they were filled again, ${same} had not. When a value changed is not seen: the interval holds it anywhere in its life. Values that were set or deleted while they lived count as current`
  const more: Evidence[] = [
    evidence(span, 'cache_writes_total', { target }, 'changes of a value an hour, of one key', changesPerKeyHour, 'count', { method }),
    ...(ttlMs === null
      ? []
      : [
          evidence(span, 'cache_hit_ratio', { target }, 'TTL', ttlMs / 1_000, 'seconds', every === null ? {} : { baseline: every / 1_000 }),
        ]),
  ]
  return {
    subject,
    is: 'found',
    severity: low >= settings.most ? 'warning' : 'info',
    summary: `${text(old, 'ratio')} of the reads of ${safe(id, 60)} on ${target} get an old value: ${every === null ? 'it changes' : `one changes every ${lasting(every)}`}${ttlMs === null ? ', and lives until it is evicted' : `, and lives ${lasting(ttlMs)}`}`,
    evidence: [
      evidence(span, 'cache_read_rate', { target }, 'of them old', old, 'ratio', { low, high, threshold: settings.share, method }),
      ...more,
    ],
  }
}
