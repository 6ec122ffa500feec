import { z } from 'zod'
import { type NodeSplit, type RingSplit, splitOfRing } from '../../curves/ringSplit.ts'
import { safe, text } from '../../format/format.ts'
import { measuredValue } from '../../metrics/measure.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { readsLost } from '../prices.ts'
import { evidence } from '../rows.ts'
import { duration, patience, share } from '../settings.ts'

type Settings = DetectorSettings & { gain: number; history: number }

export const memorySplit: Detector<Settings> = {
  id: 'ring/memory-split',
  title: 'The memory of a ring lies at the wrong caches',
  why: 'With the same memory in all, split otherwise between its caches, the ring would hit more: one of them holds keys that are not read again, while another evicts keys that are. Caches of one ring are unlike where their memory is, where some hold larger or more popular keys, or where points are uneven. Judged from the curve of each cache, so every cache of the ring needs `references` in the configuration.',
  harmless: 'Where the memory of each machine is what it is: then move points of the ring instead.',
  settings: z.strictObject({
    ...patience('60s', '10m'),
    gain: share(0.01, 'What the ring would hit more, of all reads: less is near what the curves may be off'),
    history: duration(
      '1h',
      'How far the references of each cache must reach back: keys that are read again later than that would be missed',
    ),
  }),
  needs: {
    spanMs: 60_000,
    metrics: ['ring_hit_ratio'],
    records: ['curve'],
    topology: 'rings',
    also: { metrics: ['cache_hits_total', 'cache_misses_total', 'redis_total_system_memory_bytes'] },
  },
  price: readsLost,
  detect: (window, topology, settings) =>
    topology.rings.flatMap((ring): Verdict[] => {
      const subject = { ring: ring.name }
      const caches = new Set(ring.nodes.map(({ target }) => target))
      // Where no cache of it has references, nobody asked.
      if (![...caches].some((target) => target && window.records('curve', target).some(({ id }) => id === 'memory'))) return []
      const split = splitOfRing(ring, window, (target) => measuredValue('cache_read_rate', { target }, window))
      if ('because' in split) return [{ subject, is: 'unjudged', because: split.because }]
      const short = split.nodes.find(({ curve }) => 2 * curve.spanMs < settings.history)
      if (short)
        return [
          {
            subject,
            is: 'unjudged',
            because: `the references of ${short.target} reach back ${minutes(2 * short.curve.spanMs)} min; ${minutes(settings.history)} needed`,
          },
        ]
      return [split.after - split.before < settings.gain ? { subject, is: 'clear' } : found(window, ring.name, split)]
    }),
}

function found(window: SeriesWindow, ring: string, { nodes, before, after }: RingSplit): Verdict {
  const moved = nodes.filter((node) => node.after !== node.before)
  const more = (node: NodeSplit) => node.after.bytes! - node.before.bytes!
  const most = moved.reduce((a, b) => (more(b) > more(a) ? b : a))
  const limits = moved.map((node): Evidence => {
    const { target, curve } = node
    return evidence(window, 'cache_memory_max_bytes', { target }, `memory limit of ${target}`, node.before.bytes!, 'bytes', {
      baseline: node.after.bytes!,
      method: curve.basis,
    })
  })
  const words = 'hit ratio of the ring, by the curves of its caches'
  return {
    subject: { ring },
    is: 'found',
    severity: 'info',
    summary: `Ring ${safe(ring, 60)} would hit ${text(after - before, 'ratio')} more of its reads with the same memory, of which ${safe(most.target, 60)} had ${text(more(most), 'bytes')} more`,
    evidence: [evidence(window, 'ring_hit_ratio', { ring }, words, before, 'ratio', { baseline: after }), ...limits],
  }
}

const minutes = (ms: number) => Math.round(ms / 60_000)
