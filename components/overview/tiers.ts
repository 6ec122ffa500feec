import type { OverviewView, TierView } from '@/lib/model/answers/overview.ts'

const ORDER: TierView['kind'][] = ['clients', 'pool', 'application', 'ring', 'cache', 'store', 'origin']
export const TIER_WORD: Record<TierView['kind'], string> = {
  clients: 'Clients',
  pool: 'Pool',
  application: 'Application',
  ring: 'Ring',
  cache: 'Cache',
  store: 'Store',
  origin: 'Origin',
}

/** `row`: how many cards' heights lie above it in its column. */
export type Spot = { column: number; row: number }
export type Placed = Spot & { tier: TierView }
/** `via`: where it passes the columns between its ends. */
export type PlacedEdge = { from: Placed; to: Placed; via: Spot[]; perSecond: number | null; width: number }
export type Picture = {
  columns: number
  /** Height of each column, and of the highest, in cards. */
  heights: number[]
  rows: number
  tiers: Placed[]
  edges: PlacedEdge[]
  /** Watched, but on no edge: a row below the picture. Empty where there are no edges at all. */
  beside: TierView[]
}

/** Height of the gap that an edge passes a column through, in cards. */
const PASSAGE = 0.3

/**
 * Where each tier stands: a column further right than whoever calls it. An edge over several columns passes those between through a gap of its
 * own, as the dummy vertices of a layered drawing (Sugiyama, Tagawa and Toda, 1981): it crosses no card. What is on no edge stands beside the
 * picture; without any edge all stand side by side by kind, unconnected. Edges are as wide (1 to 10 px) as the root of their traffic: a tenth
 * is still seen.
 */
export function placeTiers(view: Pick<OverviewView, 'tiers' | 'edges'>): Picture {
  const ids = new Set(view.tiers.map((tier) => tier.id))
  const edges = view.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to) && edge.from !== edge.to)
  const linked = new Set(edges.flatMap((edge) => [edge.from, edge.to]))
  const depth = depthsOf(view.tiers, edges)
  const inside = linked.size === 0 ? view.tiers : view.tiers.filter((tier) => linked.has(tier.id))
  const rank = (tier: TierView) => (linked.size === 0 ? ORDER.indexOf(tier.kind) : depth.get(tier.id)!)
  const used = [...new Set(inside.map(rank))].sort((a, b) => a - b)
  const heights = used.map(() => 0)
  const stand = (column: number, height: number): Spot => {
    const spot = { column, row: heights[column]! }
    heights[column] = spot.row + height
    return spot
  }
  const columnOf = new Map(inside.map((tier) => [tier.id, used.indexOf(rank(tier))]))
  const passing = edges.map(({ from, to }) => {
    const [first, last] = [columnOf.get(from)! + 1, columnOf.get(to)!]
    return Array.from({ length: Math.max(0, last - first) }, (_, index) => stand(first + index, PASSAGE))
  })
  const placed = new Map(inside.map((tier) => [tier.id, { tier, ...stand(columnOf.get(tier.id)!, 1) }]))
  const most = Math.max(0, ...edges.map((edge) => edge.perSecond ?? 0))
  return {
    columns: used.length,
    heights,
    rows: Math.max(0, ...heights),
    tiers: [...placed.values()].sort((a, b) => a.column - b.column),
    beside: view.tiers.filter((tier) => !placed.has(tier.id)),
    edges: edges.map((edge, index) => ({
      from: placed.get(edge.from)!,
      to: placed.get(edge.to)!,
      via: passing[index]!,
      perSecond: edge.perSecond,
      width: edge.perSecond && most > 0 ? 1 + 9 * Math.sqrt(edge.perSecond / most) : 1,
    })),
  }
}

/** The longest way to each tier, in edges; a loop ends after as many rounds as there are tiers. */
function depthsOf(tiers: readonly TierView[], edges: OverviewView['edges']): Map<string, number> {
  const depth = new Map<string, number>(tiers.map((tier) => [tier.id, 0]))
  for (let round = 0; round < tiers.length; round++) {
    let moved = false
    for (const edge of edges) {
      const next = depth.get(edge.from)! + 1
      if (next > depth.get(edge.to)! && next < tiers.length) {
        depth.set(edge.to, next)
        moved = true
      }
    }
    if (!moved) break
  }
  return depth
}

/** `Even keel: 14 targets, nothing needs you`, `2 things need you`. */
export function headline(view: Pick<OverviewView, 'needs' | 'targets' | 'learning'>): string {
  if (view.targets.total === 0) return 'Nothing to watch yet'
  if (view.needs > 0) return view.needs === 1 ? '1 thing needs you' : `${view.needs} things need you`
  const targets = view.targets.total === 1 ? '1 target' : `${view.targets.total} targets`
  if (view.targets.up === 0) return `Waiting for ${targets} to answer`
  return `Even keel: ${targets}, nothing needs you`
}
