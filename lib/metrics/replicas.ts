import { cut } from '../math/rates.ts'
import type { Point } from '../model/series.ts'
import type { TargetFacts, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** A replica with the primary of its family, as far as both are watched. */
export type Replica = { replica: TargetFacts; primary: TargetFacts }

/** Replicas that are in another region than their primary, where the configuration says the region of both. */
export function distantReplicas({ targets }: Pick<Topology, 'targets'>): Replica[] {
  const primaries = new Map(targets.flatMap((one) => (one.replication?.role === 'primary' ? [[one.replication.id, one] as const] : [])))
  return targets.flatMap((replica) => {
    const primary = replica.replication?.role === 'replica' ? primaries.get(replica.replication.id) : undefined
    const [here, there] = [replica.labels?.region, primary?.labels?.region]
    return primary && here !== undefined && there !== undefined && here !== there ? [{ replica, primary }] : []
  })
}

/**
 * How long ago the primary had written what the replica has now, in seconds, at each reading of the replica since `from`: the age of what its
 * readers get. Told by both offsets of the replication stream, read by one clock. `over`: it is older than what is seen of the primary.
 */
export function behindSeconds({ replica, primary }: Replica, window: SeriesWindow, from: number): { seconds: number; over: boolean }[] {
  const [own] = window.series('redis_slave_repl_offset', { target: replica.name })
  const [written] = window.series('redis_master_repl_offset', { target: primary.name })
  if (!own || !written) return []
  return cut(own.points, from, window.to).flatMap(([at, offset]) => {
    const past = cut(written.points, window.from, at)
    const first = past[0]
    // Nothing is known of what came after the primary was read last.
    if (!first || past.at(-1)![0] < at - 2.5 * written.stepMs) return []
    const reached = momentOf(past, offset)
    return [{ seconds: Math.max(0, (at - (reached ?? first[0])) / 1_000), over: reached === null }]
  })
}

/** When the primary wrote the byte after this offset: until then the replica had all there was. Null: before these points. */
function momentOf(points: readonly Point[], offset: number): number | null {
  const next = points.findIndex(([, value]) => value > offset)
  if (next < 0) return points.at(-1)![0]
  if (next === 0) return null
  const [[from, low], [to, high]] = [points[next - 1]!, points[next]!]
  return from + ((to - from) * (offset - low)) / (high - low)
}
