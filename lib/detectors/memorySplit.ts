import { z } from 'zod'
import { type GroupSplit, type NodeSplit, splitOfGroup } from '../curves/groupSplit.ts'
import { safe, text } from '../format/format.ts'
import { measuredValue } from '../metrics/measure.ts'
import type { DetectorSettings } from '../model/detector.ts'
import type { Evidence } from '../model/finding.ts'
import type { Labels } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { evidence } from './rows.ts'
import { duration, patience, share } from './settings.ts'

export type MemorySplitSettings = DetectorSettings & { gain: number; history: number }

/** The thresholds of the rules that judge how memory is split between caches. */
export const memorySplitSettings = z.strictObject({
  ...patience('60s', '10m'),
  gain: share(0.01, 'What they would hit more together, of all reads: less is near what the curves may be off'),
  history: duration('1h', 'How far the references of each cache must reach back: keys that are read again later than that would be missed'),
})

/** Caches that share keys out between them, and the hit ratio of all. `undefined` among the targets: a node that is not watched. */
export type SplitGroup = { name: string; targets: readonly (string | undefined)[]; metric: string; where: Labels; words: string }

/** Memory that would be split better, as the finding of it says it; null: as it is, it is split well enough. */
export type FoundSplit = { most: string; summary: string; evidence: [Evidence, ...Evidence[]] }

/** Judges how memory is split between the caches of a group, by their curves. Undefined where no cache of it has references: nobody asked. */
export function judgeSplit(
  window: SeriesWindow,
  group: SplitGroup,
  { gain, history }: MemorySplitSettings,
): FoundSplit | null | { because: string } | undefined {
  if (!group.targets.some((target) => target && window.records('curve', target).some(({ id }) => id === 'memory'))) return undefined
  const split = splitOfGroup(group.targets, window, (target) => measuredValue('cache_read_rate', { target }, window))
  if ('because' in split) return split
  const short = split.nodes.find(({ curve }) => 2 * curve.spanMs < history)
  if (short) {
    const reach = minutes(2 * short.curve.spanMs)
    return { because: `the references of ${short.target} reach back ${reach} min; ${minutes(history)} needed` }
  }
  return split.after - split.before < gain ? null : found(window, group, split)
}

function found(window: SeriesWindow, { name, metric, where, words }: SplitGroup, { nodes, before, after }: GroupSplit): FoundSplit {
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
  return {
    most: most.target,
    summary: `${name} would hit ${text(after - before, 'ratio')} more of its reads with the same memory, of which ${safe(most.target, 60)} had ${text(more(most), 'bytes')} more`,
    evidence: [evidence(window, metric, where, words, before, 'ratio', { baseline: after }), ...limits],
  }
}

const minutes = (ms: number) => Math.round(ms / 60_000)
