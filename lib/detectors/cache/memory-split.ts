import { clustersOf } from '../../model/clusters.ts'
import type { Detector } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { judgeSplit, type MemorySplitSettings, memorySplitSettings } from '../memorySplit.ts'
import { readsLostOfGroup } from '../prices.ts'

export const clusterMemorySplit: Detector<MemorySplitSettings> = {
  id: 'cache/memory-split',
  title: 'The memory of a cluster lies at the wrong masters',
  why: 'With the same memory in all, split otherwise between its masters, the Redis or Valkey Cluster would hit more: one of them holds keys that are not read again, while another evicts keys that are. Slots decide which keys each has: masters are unlike where they serve unlike numbers of slots, where hash tags gather keys in few slots, or where some hold larger or more popular keys. Judged from the curve of each master, so the cluster needs `references` in the configuration. The finding is of the master that would get most.',
  harmless: 'Where the memory of each machine is what it is: then move slots instead.',
  settings: memorySplitSettings,
  needs: {
    spanMs: 60_000,
    metrics: ['cluster_hit_ratio'],
    records: ['curve'],
    topology: 'cluster',
    also: { metrics: ['cache_hits_total', 'cache_misses_total', 'redis_total_system_memory_bytes'] },
  },
  price: readsLostOfGroup,
  detect: (window, topology, settings) =>
    clustersOf(topology.targets).flatMap(({ id, masters }): Verdict[] => {
      if (masters.length < 2) return []
      const targets = masters.map(({ name }) => name)
      const group = {
        name: 'The cluster',
        targets,
        metric: 'cluster_hit_ratio',
        where: { cluster: id },
        words: 'hit ratio of the cluster, by the curves of its masters',
      }
      const judged = judgeSplit(window, group, settings)
      if (judged === undefined) return []
      return targets.map((target): Verdict => {
        const subject = { target }
        if (judged !== null && 'because' in judged) return { subject, is: 'unjudged', because: judged.because }
        if (target !== judged?.most) return { subject, is: 'clear' }
        return { subject, is: 'found', severity: 'info', summary: judged.summary, evidence: judged.evidence }
      })
    }),
}
