import { increase } from '../math/rates.ts'
import { clustersOf } from '../model/clusters.ts'
import { refText } from '../model/ref.ts'
import { RING_SEEN_MS, type RingSpec } from '../model/ring.ts'
import type { Reading, Series } from '../model/series.ts'
import type { Store } from '../model/store.ts'
import type { Ring, TargetState, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { evaluateSpecs } from '../rings/evaluate.ts'
import { createGroupLookups } from './groupLookups.ts'
import type { Pause } from './slices.ts'

/** The least number of lookups over all nodes: shares of fewer are noise. */
const LOOKUPS_MIN = 50

/** Derives series that no server reports itself, and appends them at each tick: whether a target is up, the reads and shares of each ring, and the reads of each Cluster. */
export function createDerive(
  store: Store,
  stepMs: number,
): (
  states: readonly { name: string; state: TargetState }[],
  topology: Topology,
  now: number,
  pause: Pause,
  /** Of several processes the one that is in charge of a Cluster's first master derives its series. */
  owns?: (target: string) => boolean,
) => Promise<void> {
  const lookups = createGroupLookups()
  const ownedShares = createOwnership((spec) => evaluateSpecs(spec).before.shares)
  return async (states, topology, now, pause, owns = () => true) => {
    for (const { name, state } of states) {
      // Unknown is neither: a gap.
      if (state !== 'unknown') store.append(name, now, [{ metric: 'target_up', value: state === 'up' ? 1 : 0 }], stepMs)
      const turn = pause()
      if (turn) await turn
    }
    for (const ring of topology.rings) {
      await pause()
      const shares = ownedShares(ring)
      const window = store.window(now - RING_SEEN_MS, now)
      const readings = [
        ...lookups({ of: 'ring', name: ring.name, targets: ring.nodes.flatMap(({ target }) => target ?? []) }, window),
        ...(shares ? ringReadings(ring, shares, window) : []),
      ]
      store.append(refText({ ring: ring.name }), now, readings, stepMs)
    }
    for (const { id, masters } of clustersOf(topology.targets)) {
      await pause()
      if (!owns(masters[0]!.name)) continue
      const group = { of: 'cluster' as const, name: id, targets: masters.map(({ name }) => name) }
      store.append(`cluster:${id}`, now, lookups(group, store.window(now - RING_SEEN_MS, now)), stepMs)
    }
  }
}

/**
 * `ring_share_owned`: each node's part of the hash space. `ring_share_seen`: its part of the ring's lookups (hits and misses); absent
 * while one node cannot be seen, because then the whole is unknown.
 */
function ringReadings(ring: Ring, owned: Record<string, number>, window: SeriesWindow): Reading[] {
  const readings: Reading[] = ring.nodes.map(({ name }) => ({
    metric: 'ring_share_owned',
    labels: { ring: ring.name, node: name },
    value: owned[name] ?? 0,
  }))
  const recent = window.between(window.to - RING_SEEN_MS, window.to)
  const lookups = ring.nodes.map(({ target }) => (target === undefined ? null : lookupsOf(target, recent)))
  if (lookups.some((count) => count === null)) return readings
  const total = lookups.reduce<number>((sum, count) => sum + count!, 0)
  if (total < LOOKUPS_MIN) return readings
  ring.nodes.forEach(({ name }, i) => {
    readings.push({ metric: 'ring_share_seen', labels: { ring: ring.name, node: name }, value: lookups[i]! / total })
  })
  return readings
}

/** Hits and misses of a target's own counters (those by cache or pattern are parts of them), or null when they were not seen. */
function lookupsOf(target: string, window: SeriesWindow): number | null {
  const own = (metric: string) => window.series(metric, { target }).find((series) => Object.keys(series.labels).length === 1)
  const grown = (series: Series | undefined) => (series && series.points.length >= 2 ? increase(series.points) : null)
  const hits = grown(own('cache_hits_total'))
  const misses = grown(own('cache_misses_total'))
  return hits === null || misses === null ? null : hits + misses
}

type Shares = Record<string, number>

/** Shares owned are exact and may take long for a large ring: once for each spec. Null while the ring's document breaks its algorithm's rules. */
function createOwnership(sharesOf: (spec: RingSpec) => Shares): (ring: Ring) => Shares | null {
  const known = new Map<string, { spec: string; shares: Shares | null }>()
  return (ring) => {
    const spec = JSON.stringify(ring.spec)
    const last = known.get(ring.name)
    if (last?.spec === spec) return last.shares
    let shares: Shares | null = null
    try {
      shares = sharesOf(ring.spec)
    } catch {
      // The control product says what is wrong with the document.
    }
    known.set(ring.name, { spec, shares })
    return shares
  }
}
