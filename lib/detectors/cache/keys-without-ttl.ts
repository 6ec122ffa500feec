import { z } from 'zod'
import { count, text } from '../../format/format.ts'
import { newestValue } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { cacheRows, evidence, factsOf, staleBecause } from '../rows.ts'
import { patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { share: number; itemsMin: number }

export const keysWithoutTtl: Detector<Settings> = {
  id: 'cache/keys-without-ttl',
  title: 'Keys that never expire',
  why: 'A cache in which many keys have no TTL, and whose policy does not evict such keys, only grows: in the end it refuses writes, or evicts the keys that do expire. A forgotten EX is the usual cause.',
  harmless:
    'Where the number of such keys is bounded by what they are of. Under an allkeys policy, or in a store, it is intended and not reported.',
  settings: z.strictObject({
    ...patience('30s', '30s'),
    share: share(0.2, 'Share of the keys that have no TTL: a few settings and locks are ordinary'),
    itemsMin: threshold(1_000, 'Caches with fewer keys are not judged: those are settings rather than a leak'),
  }),
  needs: {
    spanMs: 30_000,
    metrics: ['cache_items', 'cache_items_expiring'],
    also: { metrics: ['cache_memory_max_bytes'], records: ['fact'] },
  },
  detect: (window, topology, settings) =>
    cacheRows(window, ['cache_items', 'cache_items_expiring']).map((row): Verdict => {
      const subject = row.labels
      const stale = staleBecause(row.cache_items!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      if (factsOf(topology, subject.target)?.role === 'store') return { subject, is: 'clear' }
      if (!row.cache_items_expiring) return { subject, is: 'unjudged', because: 'keys with a TTL are not counted' }
      const policy = window.records('fact', subject.target).find(({ id }) => id === 'config/maxmemory-policy')?.value
      const limit = newestValue(window.series('cache_memory_max_bytes', { target: subject.target! })[0])
      if (policy === undefined) return { subject, is: 'unjudged', because: 'its eviction policy is not known' }
      if (policy.startsWith('allkeys') && limit === null) return { subject, is: 'unjudged', because: 'its memory limit is not known' }
      if (policy.startsWith('allkeys') && limit !== 0) return { subject, is: 'clear' }
      const items = newestValue(row.cache_items)!
      const expiring = newestValue(row.cache_items_expiring)
      if (expiring === null) return { subject, is: 'unjudged', because: 'keys with a TTL are not counted' }
      const endless = items - expiring
      if (items < settings.itemsMin || endless < settings.share * items) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: 'info',
        summary: `${count(endless)} of ${count(items)} keys of ${subject.target} never expire, and ${limit === 0 ? 'no memory limit evicts them' : `${policy} does not evict them`}`,
        evidence: [
          evidence(window, 'cache_items_expiring', subject, 'keys without a TTL', endless / items, 'ratio', {
            threshold: settings.share,
            method: text(endless, 'count'),
          }),
        ],
      }
    }),
}
