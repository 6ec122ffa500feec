import { z } from 'zod'
import { newestValue } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { cacheRows, evidence, factsOf, staleBecause } from '../rows.ts'
import { patience } from '../settings.ts'

/** What failed when the series is 0. */
const WHAT = {
  redis_rdb_last_bgsave_status: 'its last snapshot',
  redis_aof_last_write_status: 'its last write to the append-only file',
  redis_aof_last_bgrewrite_status: 'its last rewrite of the append-only file',
} as const
type Status = keyof typeof WHAT
const STATUSES = Object.keys(WHAT) as [Status, ...Status[]]

export const persistenceFailing: Detector<DetectorSettings> = {
  id: 'cache/persistence-failing',
  title: 'Saving to disk fails',
  why: 'What is in memory would be lost with the process, and by default Redis then refuses every write (stop-writes-on-bgsave-error). A full disk, a directory that may not be written, or too little memory to fork are the usual causes.',
  harmless: 'For a cache that need not survive a restart and whose writes are not refused for it; it should not save at all.',
  settings: z.strictObject(patience('5s', '5s')),
  needs: {
    spanMs: 30_000,
    metrics: ['redis_rdb_last_bgsave_status'],
    also: { metrics: ['redis_aof_last_write_status', 'redis_aof_last_bgrewrite_status'] },
  },
  detect: (window, topology) =>
    cacheRows(window, STATUSES).map((row): Verdict => {
      const subject = row.labels
      const stale = staleBecause(row.redis_rdb_last_bgsave_status!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const failed = STATUSES.filter((status) => newestValue(row[status]) === 0)
      const [first] = failed
      if (!first) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: factsOf(topology, subject.target)?.role === 'store' ? 'critical' : 'warning',
        summary: `${subject.target} failed ${failed.map((status) => WHAT[status]).join(' and ')}`,
        evidence: [evidence(window, first, subject, `${WHAT[first]} succeeded`, 0, 'none', { threshold: 1 })],
      }
    }),
}
