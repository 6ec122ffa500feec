import { z } from 'zod'
import { cut } from '../../math/rates.ts'
import { changedAt } from '../../metrics/changed.ts'
import { serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Severity, Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { settled: number; ratio: number }

export const weightDrift: Detector<Settings> = {
  id: 'balancer/weight-drift',
  title: 'Weight differs from its file',
  why: 'The balancer runs with another weight than its configuration file says, or has a server out that the file has in. The next reload, by a deploy or a certificate that is renewed, restores the old weight without notice, and with it the problem that the new weight had solved.',
  harmless: 'While a weight is being tried out.',
  settings: z.strictObject({
    ...patience('30s', '5s'),
    settled: duration('10m', 'A weight that has not changed for this time is meant to stay; a newer one is only an info'),
    ratio: threshold(
      2,
      'Factor between the live weight and that of the file, in either direction, from which it is a warning: less is hardly noticed after a reload',
    ),
  }),
  needs: { spanMs: 840_000, metrics: ['pool_weight_set'], topology: 'pools' },
  detect: (window, topology, settings) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const facts = factsOf(topology, pool.target)
      const sight = facts && facts.state !== 'up' ? `${pool.target} does not answer` : null
      return pool.servers.map((server): Verdict => {
        const subject = serverLabels(pool, server)
        if (sight) return { subject, is: 'unjudged', because: sight }
        const { weightSet, weightFile, fileLine } = server
        if (weightFile === undefined) return { subject, is: 'unjudged', because: 'no configuration file states its weight' }
        const back = pool.reload?.keeps ? 'a reload brings it back unless the state is saved first' : 'a reload would bring it back'
        // Its weight is meant to move; the file only says where it begins.
        if (server.otherWriter) return { subject, is: 'clear' }
        if (weightSet === weightFile) return fileLine ? otherState(window, pool, server, subject, back) : { subject, is: 'clear' }
        const series = serverSeries(window, 'pool_weight_set', pool, server)
        const from = series ? (changedAt(series) ?? series.points[0]?.[0] ?? window.to) : window.to
        const stood = window.to - from
        const far = Math.max(weightSet, weightFile) >= settings.ratio * Math.max(0.5, Math.min(weightSet, weightFile))
        const severity: Severity = far && stood >= settings.settled && held(series?.points ?? [], from, window.to) ? 'warning' : 'info'
        return {
          subject,
          is: 'found',
          severity,
          summary: `${server.name} runs at weight ${weightSet}, the file says ${weightFile}: ${back}`,
          evidence: [
            evidence({ from, to: window.to }, 'pool_weight_set', subject, 'weight in force', weightSet, 'none', { baseline: weightFile }),
          ],
        }
      })
    }),
}

/** Drift of a server's state: out of its pool although the file has it in service, or the reverse. A note, because somebody did that on purpose. */
function otherState(window: SeriesWindow, pool: Pool, server: PoolServer, subject: Labels, back: string): Verdict {
  const out = server.state === 'maint' || server.state === 'drain'
  const effective = evidence(window, 'pool_weight_effective', subject, 'weight in force', server.weightEffective, 'none', {
    baseline: out ? server.weightSet : 0,
  })
  const summary = out
    ? `${server.name} of ${pool.name} is in ${server.state}, the file has it in service: ${back}`
    : `${server.name} of ${pool.name} is in service, the file starts it in maintenance: ${back}`
  return { subject, is: 'found', severity: 'info', summary, evidence: [effective] }
}

/** Whether the series has no gap: during a gap the balancer may have been reloaded. */
const held = (points: readonly (readonly [number, number])[], from: number, to: number) => {
  const seen = cut(points as [number, number][], from, to)
  return seen.length >= 3 && seen.every(([at], i) => i === 0 || at - seen[i - 1]![0] < 60_000)
}
