import { createSlices, mapped, type Pause } from '../../engine/slices.ts'
import { measuredValue } from '../../metrics/measure.ts'
import type { RingView } from '../../model/answers/ring.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Labels } from '../../model/series.ts'
import { labelsIn } from '../../model/targetLabels.ts'
import type { Ring } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { ownedShares } from '../../rings/ownedShares.ts'
import { followerViews } from '../followers/followers.ts'
import { type Paging, page } from '../http/paging.ts'
import { searched } from '../http/search.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS } from '../series/figures.ts'

export async function listRings(runtime: Runtime, { q, ...paging }: Paging & { q?: string } = {}): Promise<Page<RingView>> {
  const rings = [...runtime.engine.topology().rings].sort((a, b) => (a.name < b.name ? -1 : 1))
  const window = runtime.engine.window(FIGURE_SPAN_MS)
  const labelsOf = labelsIn(runtime.engine.topology())
  const { found, counted } = searched(rings, q, (filter, { name, spec, nodes }) =>
    filter([name, spec.algorithm, ...nodes.map((node) => node.name)], { ...labelsOf({ ring: name }), ring: name }),
  )
  const { items, ...rest } = page(found, (ring) => ring.name, paging)
  const view = async (ring: Ring) => withLabels(await ringView(ring, window, runtime.now()), labelsOf({ ring: ring.name }))
  return { items: await mapped(items, view), ...rest, ...counted }
}

export async function getRing(runtime: Runtime, name: string): Promise<RingView> {
  const ring = runtime.engine.topology().rings.find((candidate) => candidate.name === name)
  if (!ring) throw new EvenkeelError('not_found', 'There is no ring of that name.')
  const view = await ringView(ring, runtime.engine.window(FIGURE_SPAN_MS), runtime.now())
  return withLabels(view, labelsIn(runtime.engine.topology())({ ring: name }))
}

const withLabels = (view: RingView, labels: Labels | undefined): RingView => (labels ? { ...view, labels } : view)

/** In slices: rings of hundreds of nodes are measured node by node. */
export async function ringView(ring: Ring, window: SeriesWindow, now: number, pause: Pause = createSlices()): Promise<RingView> {
  const owned = ownedShares(ring.spec)
  await pause()
  const node = (node: Ring['nodes'][number]) => ({
    name: node.name,
    ...(node.target === undefined ? {} : { target: node.target }),
    address: node.address,
    points: node.points ?? null,
    weight: node.weight ?? null,
    shareOwned: owned.get(node.name) ?? 0,
    shareSeen: measuredValue('ring_share_seen', { ring: ring.name, node: node.name }, window),
  })
  const nodes = await mapped(ring.nodes, node, pause)
  const seen = nodes.map((node) => node.shareSeen)
  const imbalanceOwned = maxOverMean(nodes.map((node) => node.shareOwned)) ?? 1
  const targets = ring.nodes.flatMap((node) => node.target ?? [])
  return {
    name: ring.name,
    algorithm: ring.spec.algorithm,
    version: ring.version,
    control: ring.control,
    nodes,
    imbalance: (seen.includes(null) ? null : maxOverMean(seen as number[])) ?? imbalanceOwned,
    imbalanceOwned,
    followers: followerViews(ring.followers, now),
    ...(ring.followersExpected === undefined ? {} : { followersExpected: ring.followersExpected }),
    spec: ring.spec,
    ...(await readsOf(targets, window, pause)),
    ...(ring.error ? { error: ring.error } : {}),
  }
}

/** What caches are read together. The hit ratio is over all reads, not the mean of the caches' ratios. */
export async function readsOf(
  targets: readonly string[],
  window: SeriesWindow,
  pause: Pause,
): Promise<{ readsPerSecond: number | null; hitRatio: number | null }> {
  const rates: (number | null)[] = []
  let reads = 0
  let hits = 0
  for (const target of targets) {
    await pause()
    const rate = measuredValue('cache_read_rate', { target }, window)
    rates.push(rate)
    const ratio = rate === null ? null : measuredValue('cache_hit_ratio', { target }, window)
    if (rate === null || ratio === null) continue
    reads += rate
    hits += rate * ratio
  }
  return { readsPerSecond: total(rates), hitRatio: reads > 0 ? hits / reads : null }
}

export function total(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length ? known.reduce((sum, value) => sum + value, 0) : null
}

function maxOverMean(values: number[]): number | null {
  const sum = values.reduce((all, value) => all + value, 0)
  return sum > 0 ? (Math.max(...values) * values.length) / sum : null
}
