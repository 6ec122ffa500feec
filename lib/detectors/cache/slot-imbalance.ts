import { z } from 'zod'
import { text } from '../../format/format.ts'
import { cut, increase, spanMs } from '../../math/rates.ts'
import { clustersOf } from '../../model/clusters.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { TargetFacts } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { imbalance: number; warning: number; over: number; perSecondMin: number }

export const slotImbalance: Detector<Settings> = {
  id: 'cache/slot-imbalance',
  title: 'A cluster’s master does more than its share',
  why: 'A Redis Cluster is as fast as its busiest master. Slots that carry much load are moved off it to the others, chosen by the load that is measured of each slot, where the server counts that, else by their keys. Where one slot, or one key, is the load by itself, moving it only moves the load elsewhere: split or copy such keys.',
  harmless: 'While the busiest master has much capacity to spare: a Cluster need not be even to be fast.',
  settings: z.strictObject({
    ...patience('15s', '30s'),
    imbalance: threshold(1.5, 'Load of the busiest master over the mean: hashing alone stays below the default'),
    warning: threshold(2, 'Factor from which it is a warning: half of the cluster is idle'),
    over: duration('60s', 'Commands are counted over this time: shares swing with a few hundred reads'),
    perSecondMin: threshold(20, 'Clusters with fewer commands a second are not judged'),
  }),
  needs: { spanMs: 70_000, metrics: ['redis_commands_processed_total'], topology: 'cluster' },
  detect: (window, topology, settings) =>
    clustersOf(topology.targets).flatMap(({ masters }): Verdict[] => {
      if (masters.length < 2) return []
      const nodes = masters.map(({ name }) => name)
      const seen = masters.map((master) => perSecond(window, master, settings.over))
      const unknown = seen.find((one): one is string => typeof one === 'string')
      if (unknown !== undefined) return nodes.map((target) => ({ subject: { target }, is: 'unjudged', because: unknown }))
      const rates = seen as number[]
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
      const slots = masters.reduce((sum, { cluster }) => sum + cluster.slots, 0)
      return masters.map((master, i): Verdict => {
        const subject = { target: master.name }
        const factor = mean > 0 ? rates[i]! / mean : 1
        if (mean * rates.length < settings.perSecondMin || factor < settings.imbalance) return { subject, is: 'clear' }
        const share = master.cluster.slots / slots
        // Whether its slots explain most of the excess.
        const bySlots = share * masters.length - 1 >= 0.7 * (factor - 1)
        const why = bySlots
          ? 'its larger share of the slots explains that'
          : 'its slots do not explain that: some of its keys are read more often'
        return {
          subject,
          is: 'found',
          severity: factor >= settings.warning ? 'warning' : 'info',
          summary: `${master.name} serves ${text(rates[i]! / (mean * rates.length), 'ratio')} of the commands of its cluster and ${text(share, 'ratio')} of the slots; ${why}`,
          evidence: [
            evidence(
              { from: window.to - settings.over, to: window.to },
              'redis_commands_processed_total',
              subject,
              'commands over the mean of the masters',
              factor,
              'factor',
              {
                baseline: 1,
                threshold: settings.imbalance,
              },
            ),
            ...masters.map(
              ({ name, cluster }, k): Evidence =>
                evidence(
                  { from: window.to - settings.over, to: window.to },
                  'redis_commands_processed_total',
                  { target: name },
                  `commands of ${name}`,
                  rates[k]!,
                  'perSecond',
                  {
                    baseline: mean,
                    method: `${cluster.slots} slots`,
                  },
                ),
            ),
          ],
        }
      })
    }),
}

/** Commands a second over the newest `over` ms, or why that is unknown. */
function perSecond(window: SeriesWindow, { name, state }: TargetFacts, over: number): number | string {
  if (state !== 'up') return `${name} does not answer`
  const [series] = window.series('redis_commands_processed_total', { target: name })
  if (!series) return `the commands of ${name} are not reported`
  const stale = staleBecause(series, window.to)
  if (stale) return `${name}: ${stale}`
  const points = cut(series.points, window.to - over, window.to)
  const seconds = spanMs(points) / 1000
  return seconds < 0.5 * (over / 1000)
    ? `${name} was seen for ${Math.round(seconds)} s; ${over / 2000} s needed`
    : increase(points) / seconds
}
