import type { CurvePoint, CurveRecord } from '../model/record.ts'
import type { SeriesWindow } from '../model/window.ts'
import { pointAt, presentBytes, splitMemory } from './split.ts'

const MIB = 1_048_576
/** An older curve speaks of other traffic: they are computed every few minutes. */
const FRESH_MS = 1_800_000
/** The part of a machine's memory that a cache may get. */
const MACHINE_MOST = 0.7

/** One cache of a group: what it has, what it should have, and what it would hit then, by its curve. */
export type NodeSplit = { target: string; readsPerSecond: number; curve: CurveRecord; before: CurvePoint; after: CurvePoint }
/** The split of a group's memory with its hit ratio, weighed by the reads of each cache. */
export type GroupSplit = { nodes: NodeSplit[]; before: number; after: number }

/**
 * How the memory of a ring's caches, or of a Cluster's masters, would be split best between them, or why that is not told. Where keys are
 * spread evenly the curves are alike, and so are the parts: it is worth something where nodes hold unlike keys or have unlike memory.
 * `undefined` among the targets: a node that is not watched.
 */
export function splitOfGroup(
  targets: readonly (string | undefined)[],
  window: SeriesWindow,
  readsOf: (target: string) => number | null,
): GroupSplit | { because: string } {
  const known: { target: string; curve: CurveRecord; readsPerSecond: number; mostBytes: number | null }[] = []
  for (const target of new Set(targets)) {
    const curve = target && window.records('curve', target).find(({ id, at }) => id === 'memory' && window.to - at < FRESH_MS)
    if (!target || !curve) return { because: `of ${target ?? 'a node'} no curve of its memory is known` }
    const readsPerSecond = readsOf(target)
    if (readsPerSecond === null) return { because: `the reads of ${target} are not known` }
    if (curve.points[curve.present.point]!.bytes === null) return { because: `${target} has no memory limit` }
    const machine = newest(window, 'redis_total_system_memory_bytes', target)
    known.push({ target, curve, readsPerSecond, mostBytes: machine === null ? null : MACHINE_MOST * machine })
  }
  if (known.length < 2) return { because: 'it has one cache' }
  const split = splitMemory(known, MIB)
  const nodes = known.map(({ target, curve, readsPerSecond }, i): NodeSplit => {
    const before = curve.points[curve.present.point]!
    return { target, readsPerSecond, curve, before, after: split[i] === presentBytes(curve) ? before : pointAt(curve, split[i]!) }
  })
  return { nodes, before: weighed(nodes, 'before'), after: weighed(nodes, 'after') }
}

function weighed(nodes: readonly NodeSplit[], of: 'before' | 'after'): number {
  const reads = nodes.reduce((sum, { readsPerSecond }) => sum + readsPerSecond, 0)
  return reads > 0 ? nodes.reduce((sum, node) => sum + node.readsPerSecond * node[of].hitRatio, 0) / reads : 0
}

function newest(window: SeriesWindow, metric: string, target: string): number | null {
  const series = window.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)
  return series?.points.at(-1)?.[1] ?? null
}
