import { z } from 'zod'
import { count, duration as words } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence } from '../rows.ts'
import { duration, patience } from '../settings.ts'

type Settings = DetectorSettings & { open: number }

export const slotsOpen: Detector<Settings> = {
  id: 'cache/slots-open',
  title: 'A slot of a cluster was left open',
  why: 'A slot is open while its keys move from one node of a Redis Cluster to another: seconds. Where whatever moved it has ended in between, it stays open. Each read of a key that is at the other node then takes two requests, commands on several of its keys fail with TRYAGAIN, and keys on a node that only imports cannot be read at all. Nothing closes it by itself, and no other rebalancing begins before.',
  harmless: 'While a rebalancing is under way, which closes the slot itself within seconds.',
  settings: z.strictObject({
    ...patience('10s', '20s'),
    open: duration('2m', 'The same slot is open for so long: a slot of many keys takes some seconds to move'),
  }),
  needs: { spanMs: 60_000, metrics: ['redis_cluster_slots_migrating', 'redis_cluster_slots_importing'], topology: 'cluster' },
  detect: (window, topology, settings) =>
    topology.targets.flatMap(({ name, state, cluster }): Verdict[] => {
      if (!cluster) return []
      const subject = { target: name }
      if (state !== 'up') return [{ subject, is: 'unjudged', because: `${name} does not answer` }]
      const stuck = (cluster.open ?? []).filter(({ ms }) => ms >= settings.open)
      if (stuck.length === 0) return [{ subject, is: 'clear' }]
      const longest = stuck.reduce((a, b) => (b.ms > a.ms ? b : a))
      const more = stuck.length > 1 ? `, and ${count(stuck.length - 1)} more` : ''
      const way = longest.way === 'migrating' ? 'on its way to' : 'awaited from'
      return [
        {
          subject,
          is: 'found',
          severity: 'warning',
          summary: `slot ${longest.slot} of ${name} has been open for ${words(longest.ms)}, ${way} ${longest.address ?? longest.node.slice(0, 8)}${more}`,
          evidence: [
            evidence(
              { from: window.to - longest.ms, to: window.to },
              longest.way === 'migrating' ? 'redis_cluster_slots_migrating' : 'redis_cluster_slots_importing',
              subject,
              `slots open for ${words(settings.open)} and longer`,
              stuck.length,
              'count',
              { threshold: 0 },
            ),
          ],
        },
      ]
    }),
}
