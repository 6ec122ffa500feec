import { type NodeSplit, splitOfGroup } from '../curves/groupSplit.ts'
import { safe, text } from '../format/format.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measure, measuredValue } from '../metrics/measure.ts'
import { clustersOf } from '../model/clusters.ts'
import type { Advisor } from '../model/detector.ts'
import type { Finding } from '../model/finding.ts'
import type { Guard, Prediction, Step } from '../model/proposal.ts'
import type { Labels } from '../model/series.ts'
import { settingText } from '../model/setting.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { type Effect, effectOf, hitGuard, nowOf } from './curve.ts'
import { replicaSteps } from './replicas.ts'

/** With a smaller gain the writes are not worth it: a part of the work is done. */
const GAIN_MIN = 0.005

type Moved = { node: NodeSplit; effect: Effect; part: number; setting: string }

/** Caches that share keys out between them, with the metric of what all of them hit. */
type Group = { is: 'ring' | 'cluster'; targets: (string | undefined)[]; metric: string; where: Labels }

/** The same memory in all, split so between the caches of a ring, or the masters of a Cluster, that together they hit most. */
export const memorySplit: Advisor = {
  id: 'memory-split',
  title: 'Split the memory between the caches by what it wins',
  answers: ['ring/memory-split', 'cache/memory-split'],
  spanMs: 120_000,
  propose(finding, all, topology) {
    const group = groupOf(finding, topology)
    if (!group) return null
    const window = nowOf(all, group.targets)
    const split = splitOfGroup(group.targets, all, (target) => measuredValue('cache_read_rate', { target }, window))
    if ('because' in split) return null
    const measured = measure(group.metric, group.where, window)
    if (measured.is === 'unjudged') return null
    const reads = split.nodes.reduce((sum, { readsPerSecond }) => sum + readsPerSecond, 0)
    const moved: Moved[] = []
    for (const node of split.nodes.filter(({ before, after }) => before !== after)) {
      const setting = topology.targets.find(({ name }) => name === node.target)?.can?.memory?.setting
      if (setting === undefined) return { none: `The memory of ${safe(node.target, 60)} cannot be set from here.` }
      const effect = effectOf(node.curve, node.after, all, node.target)
      if (!effect) return null
      moved.push({ node, effect, part: node.readsPerSecond / reads, setting })
    }
    const prediction = predictionOf(moved, measured.value, group)
    if (moved.length === 0 || prediction.after - prediction.before < GAIN_MIN)
      return { none: `Split otherwise, the memory of this ${group.is} would hit no more.` }
    // Who gives first: on one machine there is not both at once.
    const inOrder = [...moved].sort((a, b) => moreOf(a) - moreOf(b))
    return {
      steps: inOrder.flatMap((one) => stepsOf(one, topology, all)) as [Step, ...Step[]],
      because: `${inOrder.map(words).join('; ')}: together ${text(prediction.before, 'ratio')} → ${text(prediction.after, 'ratio')} (${text(prediction.low, 'ratio')} to ${text(prediction.high, 'ratio')}), ${text((prediction.after - prediction.before) * reads, 'perSecond')} fewer reads of the origin.`,
      predict: prediction,
      guards: [
        hitGuard(prediction, Math.max(...group.targets.map((target) => hitPeriodMs(all, target)))),
        ...moved.map(({ node, effect }): Guard => hitGuard(effect.prediction, hitPeriodMs(all, node.target))),
      ],
      risk: 'medium',
      riskBecause: `What no longer fits is evicted at once, and is not there again after a roll-back until it is read. What else runs on a machine that gets more is not seen.${group.is === 'cluster' ? ' Slots that are moved later take their keys with them, and not their memory.' : ''}`,
    }
  },
}

function groupOf({ subject }: Finding, { rings, targets }: Topology): Group | null {
  const ring = rings.find(({ name }) => name === subject.ring)
  if (ring) return { is: 'ring', targets: ring.nodes.map(({ target }) => target), metric: 'ring_hit_ratio', where: { ring: ring.name } }
  const cluster = clustersOf(targets).find(({ masters }) => masters.some(({ name }) => name === subject.target))
  if (!cluster) return null
  return { is: 'cluster', targets: cluster.masters.map(({ name }) => name), metric: 'cluster_hit_ratio', where: { cluster: cluster.id } }
}

const moreOf = ({ node }: Moved) => node.after.bytes! - node.before.bytes!

const words = ({ node, effect: { prediction } }: Moved) =>
  `${safe(node.target, 60)} ${text(node.after.bytes!, 'bytes')} instead of ${text(node.before.bytes!, 'bytes')} (${text(prediction.before, 'ratio')} → ${text(prediction.after, 'ratio')})`

function stepsOf({ node, setting }: Moved, topology: Topology, window: SeriesWindow): Step[] {
  const bytes = node.after.bytes!
  const own = {
    setting: settingText({ of: { target: node.target }, name: setting }),
    before: String(node.before.bytes!),
    after: String(bytes),
  }
  return [own, ...replicaSteps(topology, node.target, setting, bytes, window)]
}

/** Of all: what each cache wins or loses by the part of the reads that it serves. Losses show at once, gains when the caches have filled. */
function predictionOf(moved: readonly Moved[], before: number, { metric, where }: Group): Prediction {
  const by = (of: (effect: Effect) => number) => moved.reduce((sum, { effect, part }) => sum + part * of(effect), 0)
  const within = (ratio: number) => Math.min(1, Math.max(0, ratio))
  const after = before + by(({ gain }) => gain)
  const lost = by(({ gain }) => Math.min(0, gain))
  const fillMs = Math.max(0, ...moved.map(({ node }) => node.after.warmUpMs ?? 0))
  return {
    metric,
    where,
    unit: 'ratio',
    before,
    after: within(after),
    low: within(before + by(({ prediction }) => prediction.low - prediction.before)),
    high: within(before + by(({ prediction }) => prediction.high - prediction.before)),
    basis: moved.map(({ node }) => node.curve.basis).join(' '),
    ...(fillMs > 0 && { dip: { metric, where, to: within(before + lost), forMs: fillMs } }),
  }
}
