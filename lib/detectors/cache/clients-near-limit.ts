import { z } from 'zod'
import { count, text } from '../../format/format.ts'
import { grownWithin, newestValue } from '../../math/rates.ts'
import { quantile } from '../../math/robust.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { columnsOf } from '../../model/series.ts'
import { cacheRows, evidence, staleBecause } from '../rows.ts'
import { duration, patience, share } from '../settings.ts'

type Settings = DetectorSettings & { near: number; over: number }

export const clientsNearLimit: Detector<Settings> = {
  id: 'cache/clients-near-limit',
  title: 'Connections near their limit',
  why: 'At the limit each new connection is refused, and applications that reconnect make it worse: a deploy that doubles them for a moment is enough. Connections that leak, or pools larger than needed, are the usual cause.',
  harmless: 'Where the number of connections is fixed by the pools of the applications and cannot grow.',
  settings: z.strictObject({
    ...patience('5s', '20s'),
    near: share(0.85, 'Share of the limit: a rolling deploy adds connections for a while'),
    over: duration('20s', 'Four of five readings in this time must be that high'),
  }),
  needs: {
    spanMs: 60_000,
    metrics: ['cache_connections', 'cache_connections_max'],
    also: { metrics: ['cache_connections_rejected_total'] },
  },
  detect: (window, _topology, settings) =>
    cacheRows(window, ['cache_connections', 'cache_connections_max', 'cache_connections_rejected_total']).map((row): Verdict => {
      const subject = row.labels
      const stale = staleBecause(row.cache_connections!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const most = newestValue(row.cache_connections_max)
      if (!most) return { subject, is: 'unjudged', because: 'no limit is reported' }
      const from = window.to - settings.over
      const { value } = columnsOf(row.cache_connections!, from, window.to)
      if (value.length < 5) return { subject, is: 'unjudged', because: `${value.length} readings of the connections; 5 needed` }
      const open = quantile(value, 0.2)!
      const refused = row.cache_connections_rejected_total
      const rejected = refused ? grownWithin(refused, from, window.to) : 0
      if (open < settings.near * most && rejected === 0) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: rejected > 0 ? 'critical' : 'warning',
        summary: `${subject.target} has ${count(open)} of at most ${count(most)} connections${rejected > 0 ? ` and refused ${text(rejected, 'count')}` : ''}`,
        evidence: [
          evidence({ from, to: window.to }, 'cache_connections', subject, 'connections of the limit', open / most, 'ratio', {
            threshold: settings.near,
          }),
        ],
      }
    }),
}
