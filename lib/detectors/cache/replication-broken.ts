import { z } from 'zod'
import { duration as durationText } from '../../format/format.ts'
import { newestValue } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { cacheRows, evidence, staleBecause } from '../rows.ts'
import { patience } from '../settings.ts'

export const replicationBroken: Detector<DetectorSettings> = {
  id: 'cache/replication-broken',
  title: 'Replica has lost its primary',
  why: 'The replica no longer gets what is written: readers see older and older values, and a fail-over to it would lose the difference. A primary that is gone, a wrong password after a rotation, or a network that is cut between the two are the causes.',
  harmless: 'While the primary is restarted on purpose. A replica that is loading a full copy is not reported.',
  settings: z.strictObject(patience('10s', '5s')),
  needs: {
    spanMs: 60_000,
    metrics: ['redis_master_link_up'],
    also: { metrics: ['redis_master_last_io_seconds_ago', 'redis_master_sync_in_progress'] },
  },
  detect: (window) =>
    cacheRows(window, ['redis_master_link_up', 'redis_master_last_io_seconds_ago', 'redis_master_sync_in_progress']).map((row): Verdict => {
      const subject = row.labels
      const stale = staleBecause(row.redis_master_link_up!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      if (newestValue(row.redis_master_link_up) !== 0) return { subject, is: 'clear' }
      if (newestValue(row.redis_master_sync_in_progress) === 1)
        return { subject, is: 'unjudged', because: 'it loads a full copy from its primary' }
      const since = newestValue(row.redis_master_last_io_seconds_ago)
      return {
        subject,
        is: 'found',
        severity: 'critical',
        summary: `${subject.target} has no link to its primary${since !== null && since > 0 ? `, silent for ${durationText(since * 1000)}` : ''}`,
        evidence: [evidence(window, 'redis_master_link_up', subject, 'link to the primary', 0, 'none', { threshold: 1 })],
      }
    }),
}
