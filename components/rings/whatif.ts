import type { RingMove, RingSpec } from '@/lib/model/ring.ts'
import type { RingView } from '@/lib/model/views.ts'
import { evaluateSpecs } from '@/lib/rings/evaluate.ts'

export type WhatIf = {
  /** By node name, of the keys: exact. A node that is gone or new has no entry on its other side. */
  ownedBefore: Record<string, number>
  ownedAfter: Record<string, number>
  /** By node name, of the reads: as seen, and as it will be when each node's keys stay as hot as they are. Null while nothing is seen. */
  seenBefore: Record<string, number> | null
  seenAfter: Record<string, number> | null
  /** Fractions: of the keys that change hands, and of the reads. */
  moved: number
  movedReads: number | null
  movedBetween: RingMove[]
  /** Reads a second that miss once because their key has a new owner, in the first moment. */
  coldPerSecond: number | null
  imbalanceBefore: number
  imbalanceAfter: number
}

/**
 * What another spec would do to this ring. Keys are exact (every hash value counted once); reads assume that a node's keys are equally hot:
 * the reads seen on a node are spread evenly over what it owns.
 */
export function whatIf(ring: Pick<RingView, 'spec' | 'nodes' | 'readsPerSecond' | 'hitRatio'>, after: RingSpec): WhatIf {
  const answer = evaluateSpecs(ring.spec, after)
  const ownedBefore = answer.before.shares
  const ownedAfter = answer.after!.shares
  const movedBetween = answer.movedBetween!
  const seen =
    ring.nodes.every((node) => node.shareSeen !== null) && ring.nodes.length > 0
      ? Object.fromEntries(ring.nodes.map((node) => [node.name, node.shareSeen!]))
      : null
  /** Reads for each unit of the keys that a node owns. */
  const heat = (name: string | null) => (name !== null && seen && (ownedBefore[name] ?? 0) > 0 ? (seen[name] ?? 0) / ownedBefore[name]! : 0)
  let seenAfter: Record<string, number> | null = null
  let movedReads: number | null = null
  if (seen) {
    seenAfter = { ...seen }
    movedReads = 0
    for (const { from, to, share } of movedBetween) {
      const reads = share * heat(from)
      movedReads += reads
      if (from !== null) seenAfter[from] = (seenAfter[from] ?? 0) - reads
      if (to !== null) seenAfter[to] = (seenAfter[to] ?? 0) + reads
    }
    const stay = new Set(after.nodes.map((node) => node.name))
    for (const name of Object.keys(seenAfter)) if (!stay.has(name)) delete seenAfter[name]
  }
  const { readsPerSecond, hitRatio } = ring
  return {
    ownedBefore,
    ownedAfter,
    seenBefore: seen,
    seenAfter,
    moved: answer.moved!,
    movedReads,
    movedBetween,
    coldPerSecond: movedReads !== null && readsPerSecond !== null && hitRatio !== null ? movedReads * readsPerSecond * hitRatio : null,
    imbalanceBefore: maxOverMean(Object.values(seen ?? ownedBefore)),
    imbalanceAfter: maxOverMean(Object.values(seenAfter ?? ownedAfter)),
  }
}

export function maxOverMean(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + value, 0)
  return values.length === 0 || total <= 0 ? 1 : (Math.max(...values) * values.length) / total
}

/** What of an edited spec a change can write: the points of nodes that are there. Else the reason why not. */
export function stepsOf(
  ring: Pick<RingView, 'name' | 'spec' | 'control'>,
  after: RingSpec,
): { steps: { setting: { target: string; name: string }; after: string }[] } | { because: string } {
  if (!ring.control) return { because: 'This ring has no control document: its program holds it.' }
  if (after.algorithm !== ring.spec.algorithm)
    return { because: 'Another algorithm is a change of the applications: the control document keeps it.' }
  const before = new Map(ring.spec.nodes.map((node) => [node.name, node]))
  if (after.nodes.length !== before.size || after.nodes.some((node) => !before.has(node.name)))
    return { because: 'Nodes come and go in the configuration; here their points can be changed.' }
  if (after.nodes.some((node) => (node.state ?? 'up') !== (before.get(node.name)!.state ?? 'up')))
    return { because: 'A node that is down is a what-if only.' }
  if (after.nodes.some((node) => node.points === undefined && node.weight !== before.get(node.name)!.weight))
    return { because: 'Only points can be written here.' }
  const steps = after.nodes
    .filter((node) => node.points !== undefined && node.points !== before.get(node.name)!.points)
    .map((node) => ({ setting: { target: `ring:${ring.name}`, name: `${ring.name}/${node.name}/points` }, after: String(node.points) }))
  return steps.length > 0 ? { steps } : { because: 'Nothing is changed yet.' }
}
