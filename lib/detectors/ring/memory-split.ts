import { safe } from '../../format/format.ts'
import type { Detector } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { judgeSplit, type MemorySplitSettings, memorySplitSettings } from '../memorySplit.ts'
import { readsLostOfGroup } from '../prices.ts'

export const memorySplit: Detector<MemorySplitSettings> = {
  id: 'ring/memory-split',
  title: 'The memory of a ring lies at the wrong caches',
  why: 'With the same memory in all, split otherwise between its caches, the ring would hit more: one of them holds keys that are not read again, while another evicts keys that are. Caches of one ring are unlike where their memory is, where some hold larger or more popular keys, or where points are uneven. Judged from the curve of each cache, so every cache of the ring needs `references` in the configuration.',
  harmless: 'Where the memory of each machine is what it is: then move points of the ring instead.',
  settings: memorySplitSettings,
  needs: {
    spanMs: 60_000,
    metrics: ['ring_hit_ratio'],
    records: ['curve'],
    topology: 'rings',
    also: { metrics: ['cache_hits_total', 'cache_misses_total', 'redis_total_system_memory_bytes'] },
  },
  price: readsLostOfGroup,
  detect: (window, topology, settings) =>
    topology.rings.flatMap(({ name, nodes }): Verdict[] => {
      const subject = { ring: name }
      const group = {
        name: `Ring ${safe(name, 60)}`,
        targets: nodes.map(({ target }) => target),
        metric: 'ring_hit_ratio',
        where: subject,
        words: 'hit ratio of the ring, by the curves of its caches',
      }
      const judged = judgeSplit(window, group, settings)
      if (judged === undefined) return []
      if (judged === null) return [{ subject, is: 'clear' }]
      if ('because' in judged) return [{ subject, is: 'unjudged', because: judged.because }]
      return [{ subject, is: 'found', severity: 'info', summary: judged.summary, evidence: judged.evidence }]
    }),
}
